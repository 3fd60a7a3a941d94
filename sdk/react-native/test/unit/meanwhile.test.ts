// What changes while something is awaited: another person, the session's end, another document, another theme.

import { type HttpAnswer } from "../../src";
import { unverifiedClaims } from "../../src/net/jwt";
import { fakeBridge, type FakeDocument } from "../support/bridge";
import { settle } from "../support/clock";
import { jwt } from "../support/portico";
import { closeAll, signedIn, TAXI, TAXI_ENTRY, taxi, world, type World } from "../support/world";

afterEach(closeAll);

const json = (body: object): HttpAnswer => ({ status: 200, header: () => null, body: JSON.stringify(body) });
const isExchange = (form: Readonly<Record<string, string>>) => form["audience"] === TAXI;
const people = (page: FakeDocument) =>
  page.heard.flatMap(({ token }) => (typeof token === "string" ? [unverifiedClaims(token)?.["sub"]] : []));

/** Something that a test opens when it is time. */
function gate<Value = void>() {
  let open = (_: Value) => {};
  const opened = new Promise<Value>((resolve) => (open = resolve));
  return { open: (value: Value) => open(value), opened };
}

async function bobSignsIn(w: World): Promise<void> {
  w.portico.person = "bob";
  await w.host.adopt(w.portico.signIn());
  await settle();
}

/** A taxi that was launched with `openid` alone, in a host whose person is asked when `decided` says so. */
async function modestTaxi(decided: Promise<unknown>) {
  const w: World = await signedIn({
    onConsentRequired: async ({ request }) => {
      await decided;
      w.portico.decide(request, true);
    },
  });
  w.portico.app(TAXI, "openid profile.basic phone.verified", "openid");
  const miniProgram = await w.host.launch(TAXI, { entry: TAXI_ENTRY, scope: "openid" });
  await miniProgram.attach(1, () => {});
  const page = fakeBridge.view.load();
  page.ready();
  await settle();
  const ask = (id: string, scope: string) => page.say({ portico: 1, type: "request_permission", id, scope });
  return { w, miniProgram, page, ask };
}

test("what one person asked for is not opened for the next", async () => {
  const decided = gate();
  const w: World = world({
    onConsentRequired: async ({ request }) => {
      await decided.opened;
      w.portico.decide(request, true);
    },
  });
  w.portico.app(TAXI, "openid profile.basic", "openid");
  await w.host.adopt(w.portico.signIn());
  const launch = w.host.launch(TAXI, { entry: TAXI_ENTRY, path: "rides/of-alice" }).catch((error: unknown) => error);
  await settle();
  w.portico.end("signed_out");
  await settle();
  await bobSignsIn(w);
  decided.open();
  expect(await launch).toMatchObject({ code: "session_expired" });
  expect(w.host.miniPrograms).toEqual([]);
});

test("a launch token for somebody else is not taken, whatever Portico says", async () => {
  const w = await signedIn();
  const { page, miniProgram } = await taxi(w);
  const stranger = { access_token: jwt({ sub: `${TAXI}-bob` }), scope: "openid", expires_in: 1800 };
  w.portico.instead = (_, form) => (isExchange(form) ? json(stranger) : undefined);
  page.say({ portico: 1, type: "renew", id: "1" });
  await w.clock.pass(29 * 60_000);
  expect(page.of("error")).toEqual([{ portico: 1, type: "error", id: "1", error: "invalid_response" }]);
  expect(people(page)).toEqual([`${TAXI}-alice`]);
  expect(miniProgram.scope).toBe("openid profile.basic phone.verified");
});

test("a mini-program that is launched again for another person begins at its start, with the scopes of the host", async () => {
  const decided = gate();
  decided.open();
  const { w, miniProgram, ask } = await modestTaxi(decided.opened);
  ask("1", "phone.verified");
  await settle();
  w.portico.end("expired");
  await bobSignsIn(w);
  await miniProgram.relaunch();
  await miniProgram.attach(2, () => {});
  const page = fakeBridge.view.load();
  page.ready();
  await settle();
  expect(page.of("launch")).toEqual([expect.objectContaining({ scope: "openid", path: "" })]);
  expect(people(page)).toEqual([`${TAXI}-bob`]);
});

test("a sign-out that takes long does not end the session that has begun meanwhile", async () => {
  const w = await signedIn();
  const answer = gate();
  w.portico.instead = (path) => {
    if (path !== "/oauth/revoke") return undefined;
    w.portico.end("signed_out");
    return answer.opened.then(() => json({}));
  };
  const out = w.host.signOut();
  await settle();
  await bobSignsIn(w);
  const { page } = await taxi(w);
  answer.open();
  await out;
  expect(w.host.session?.sub).toBe("host-bob");
  expect(page.of("session_expired")).toEqual([]);
  expect(w.secrets.items.size).toBe(1);
});

test("a sign-out whose answer is lost is one all the same when the events said so", async () => {
  const w = await signedIn();
  w.portico.instead = (path) => {
    if (path !== "/oauth/revoke") return undefined;
    w.portico.end("signed_out");
    return Promise.reject(new Error("no network"));
  };
  await w.host.signOut();
  expect(w.host.session).toBeNull();
});

test("a sign-out that waited for a renewal does not revoke the tokens of somebody else", async () => {
  const w = await signedIn();
  const renewal = gate<HttpAnswer>();
  w.portico.instead = (_, form) => (form["grant_type"] === "refresh_token" ? renewal.opened : undefined);
  w.clock.time += 9.5 * 60_000;
  const call = w.host.call("/v1/me/apps").catch((error: unknown) => error);
  await settle();
  const out = w.host.signOut();
  await bobSignsIn(w);
  renewal.open(json({ access_token: "late", expires_in: 600 }));
  await out;
  expect(await call).toMatchObject({ code: "session_expired" });
  expect(w.portico.count("/oauth/revoke")).toBe(0);
  expect(w.host.session?.sub).toBe("host-bob");
});

test("of two who sign in at once one is here in the end, and what the other opened is told", async () => {
  const w = await signedIn();
  const forgotten = gate();
  jest.spyOn(w.secrets, "remove").mockImplementationOnce(async () => void (await forgotten.opened));
  const first = w.host.adopt(w.portico.signIn()).catch((error: unknown) => error);
  w.portico.person = "bob";
  const second = w.host.adopt(w.portico.signIn()).catch((error: unknown) => error);
  forgotten.open();
  await Promise.all([first, second]);
  const names = w.told.filter(([name]) => name === "signed_in" || name === "session_expired").map(([name]) => name);
  expect(names.at(-1)).toBe("signed_in");
  const kept = JSON.parse([...w.secrets.items.values()][0] ?? "{}") as { sid?: string };
  expect(kept.sid).toBe(w.host.session?.sid);
});

test("an answer that is none of a sign-in changes nothing", async () => {
  const w = await signedIn();
  await expect(w.host.adopt({ error: "invalid_grant" })).rejects.toMatchObject({ code: "invalid_tokens" });
  expect(w.host.session?.sub).toBe("host-alice");
  expect(w.told.map(([name]) => name)).not.toContain("session_expired");
  expect(w.secrets.items.size).toBe(1);
});

test("a WebView that cannot be spoken to keeps no other from hearing of the end", async () => {
  const w = await signedIn();
  const broken = await taxi(w);
  const { page } = await taxi(w);
  const post = jest.spyOn(fakeBridge, "post").mockImplementation((channel, document, text) => {
    if (channel === broken.view.channel) throw new Error("no such WebView");
    fakeBridge.views.find((view) => view.channel === channel)?.post(document, text);
  });
  await w.host.signOut();
  await settle();
  post.mockRestore();
  expect(page.of("session_expired")).toHaveLength(1);
  expect(w.host.session).toBeNull();
  expect(w.told.at(-1)).toEqual(["session_expired", { reason: "signed_out" }]);
});

/** Ends the session so many turns after `release`, where a turn is what a promise takes to pass its value on. */
async function endAfter(turns: number, w: World, release: () => void): Promise<void> {
  release();
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  w.portico.end("signed_out");
  await settle();
}

test.each([...Array(24).keys()])(
  "a session that ends %d turns after an answer came leaves nobody with its token",
  async (turns) => {
    const w = await signedIn();
    const opened = await taxi(w);
    const answer = gate();
    w.portico.instead = (_, form) => (isExchange(form) ? answer.opened.then(() => undefined as never) : undefined);
    opened.page.say({ portico: 1, type: "renew", id: "1" });
    opened.page.say({ portico: 1, type: "login", id: "2" });
    const launch = w.host.launch(TAXI, { entry: TAXI_ENTRY }).catch(() => null);
    const relaunch = opened.miniProgram.relaunch().catch(() => null);
    await settle();
    await endAfter(turns, w, answer.open);
    await relaunch;
    expect(opened.page.heard.at(-1)?.type).toBe("session_expired");
    expect(opened.miniProgram.scope).toBe("");
    const late = await launch;
    if (late === null) return;
    await late.attach(2, () => {});
    const page = fakeBridge.view.load();
    page.ready();
    await settle();
    expect(page.heard.map(({ type }) => type)).toEqual(["session_expired"]);
  },
);

test("two permissions that are asked for at once are both kept", async () => {
  const decided = gate();
  const { miniProgram, page, ask } = await modestTaxi(decided.opened);
  ask("1", "profile.basic");
  ask("2", "phone.verified");
  await settle();
  decided.open();
  await settle();
  const answers = new Map(page.of("launch").map(({ id, scope }) => [id, scope]));
  expect(answers.get("1")).toContain("profile.basic");
  expect(answers.get("2")).toBe("openid profile.basic phone.verified");
  expect(miniProgram.scope).toBe("openid profile.basic phone.verified");
});

test("a renewal that was asked for before a permission does not take it back", async () => {
  const decided = gate();
  decided.open();
  const { w, miniProgram, page, ask } = await modestTaxi(decided.opened);
  const renewal = gate<HttpAnswer>();
  let asked = 0;
  w.portico.instead = (_, form) => (isExchange(form) && (asked += 1) === 1 ? renewal.opened : undefined);
  page.say({ portico: 1, type: "renew", id: "1" });
  await settle();
  ask("2", "phone.verified");
  await settle();
  renewal.open(json({ access_token: jwt({ sub: `${TAXI}-alice` }), scope: "openid", expires_in: 1800 }));
  await settle();
  expect(miniProgram.scope).toBe("openid phone.verified");
  expect(page.of("token_renewed")[0]?.["token"]).toBe(page.of("launch").at(-1)?.["token"]);
});

test("a theme that is set while the person is asked stays, in a launch and in a permission", async () => {
  const decided = gate();
  const { w, page, ask } = await modestTaxi(decided.opened);
  w.portico.app("org.example.shop", "openid profile.basic", "openid");
  ask("1", "profile.basic");
  const launch = w.host.launch("org.example.shop", { entry: "https://shop.example/" });
  await settle();
  w.host.setTheme("dark");
  decided.open();
  const shop = await launch;
  await shop.attach(2, () => {});
  const other = fakeBridge.view.load();
  other.ready();
  await settle();
  expect(page.heard.map(({ type, theme }) => [type, theme])).toEqual([
    ["launch", "light"],
    ["theme_changed", "dark"],
    ["launch", "dark"],
  ]);
  expect(other.of("launch")[0]).toMatchObject({ theme: "dark" });
});

test("a page that is loaded while its mini-program is launched again gets the launch, or hears of the end", async () => {
  const w = await signedIn();
  const { miniProgram, view } = await taxi(w);
  w.portico.end("signed_out");
  await settle();
  await w.host.adopt(w.portico.signIn());
  const answer = gate();
  w.portico.instead = (_, form) => (isExchange(form) ? answer.opened.then(() => undefined as never) : undefined);
  const again = miniProgram.relaunch();
  await settle();
  const second = view.load();
  second.ready();
  await settle();
  expect(second.heard).toEqual([]);
  answer.open();
  await again;
  expect(second.heard.map(({ type }) => type)).toEqual(["launch"]);

  w.portico.end("expired");
  await settle();
  await w.host.adopt(w.portico.signIn());
  const refusal = gate<HttpAnswer>();
  w.portico.instead = (_, form) => (isExchange(form) ? refusal.opened : undefined);
  const inVain = miniProgram.relaunch().catch((error: unknown) => error);
  await settle();
  const third = view.load();
  third.ready();
  await settle();
  refusal.open({ status: 400, header: () => null, body: '{"error":"access_denied"}' });
  expect(await inVain).toMatchObject({ code: "access_denied" });
  expect(third.heard.map(({ type }) => type)).toEqual(["session_expired"]);
});

test("a page that heard of the end before it was ever launched is loaded anew by the next launch", async () => {
  const w = await signedIn();
  const { miniProgram, view } = await taxi(w);
  w.portico.end("signed_out");
  await settle();
  const late = view.load();
  late.ready();
  await settle();
  expect(late.heard.map(({ type }) => type)).toEqual(["session_expired"]);
  const { key, profile } = miniProgram;
  let changes = 0;
  miniProgram.onProfile(() => (changes += 1));
  await w.host.adopt(w.portico.signIn());
  await miniProgram.relaunch();
  expect([changes, miniProgram.profile, view.isAttached]).toEqual([1, profile, false]);
  expect(miniProgram.key).not.toBe(key);
  await miniProgram.attach(1, () => {});
  const next = fakeBridge.view.load();
  next.ready();
  await settle();
  expect(next.heard.map(({ type }) => type)).toEqual(["launch"]);
});
