import { NotSignedIn, SessionExpired, Unreachable, type HttpAnswer } from "../../src";
import { fakeBridge } from "../support/bridge";
import { settle } from "../support/clock";
import { ISSUER } from "../support/portico";
import { closeAll, signedIn, TAXI, TAXI_ENTRY, taxi, world } from "../support/world";

afterEach(closeAll);

const MINUTE = 60_000;
const refreshes = { grant_type: "refresh_token" };

test("the access token is renewed a minute before its end, and once only", async () => {
  const w = await signedIn();
  await w.clock.pass(9 * MINUTE - 1);
  expect(w.portico.count("/oauth/token", refreshes)).toBe(0);
  await w.clock.pass(1);
  expect(w.portico.count("/oauth/token", refreshes)).toBe(1);
});

test("however many ask while it is being renewed, one request is in flight", async () => {
  const w = await signedIn();
  w.clock.time += 20 * MINUTE;
  await Promise.all([
    w.host.call("/v1/me/apps"),
    w.host.call("/v1/me/profile"),
    w.host.launch(TAXI, { entry: TAXI_ENTRY }),
  ]);
  expect(w.portico.count("/oauth/token", refreshes)).toBe(1);
});

test("an open mini-program's token is renewed in time, and the page is told", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  await w.clock.pass(28 * MINUTE);
  expect(page.of("token_renewed")).toEqual([expect.objectContaining({ expiresIn: 1800 })]);
});

test("the renewal of a launch token has one request in flight", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  const before = w.portico.count("/oauth/token", { audience: TAXI });
  for (const id of ["1", "2", "3"]) page.say({ portico: 1, type: "renew", id });
  await settle();
  expect(w.portico.count("/oauth/token", { audience: TAXI })).toBe(before + 1);
  expect(page.of("token_renewed").map((message) => message["id"])).toEqual(["1", "2", "3"]);
});

test("when the session ends, every open mini-program is told, and asks in vain from then on", async () => {
  const w = await signedIn();
  const pages = [await taxi(w), await taxi(w), await taxi(w)].map(({ page }) => page);
  w.portico.end("password_changed");
  await settle();
  for (const page of pages) {
    expect(page.of("session_expired")).toEqual([{ portico: 1, type: "session_expired", reason: "revoked" }]);
    page.say({ portico: 1, type: "renew", id: "1" });
  }
  await settle();
  for (const page of pages) expect(page.of("session_expired")).toHaveLength(2);
  expect(w.told.at(-1)).toEqual(["session_expired", { reason: "password_changed" }]);
  expect(w.secrets.items.size).toBe(0);
  await expect(w.host.launch(TAXI, { entry: TAXI_ENTRY })).rejects.toThrow(NotSignedIn);
});

test("a renewal that the session's end overtakes gives the page nothing", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  page.say({ portico: 1, type: "renew", id: "1" });
  w.portico.end("signed_out");
  await settle();
  expect(page.of("token_renewed")).toEqual([]);
  expect(page.of("error")).toEqual([]);
  expect(page.of("session_expired")).toHaveLength(1);
});

test("signing out ends the session at Portico; while that cannot be told, nobody is signed out", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  w.portico.instead = (path) => (path === "/oauth/revoke" ? Promise.reject(new Error("no network")) : undefined);
  await expect(w.host.signOut()).rejects.toThrow(Unreachable);
  expect(page.of("session_expired")).toEqual([]);
  w.portico.instead = () => undefined;
  await w.host.signOut();
  expect(w.portico.session).toBeNull();
  expect(page.of("session_expired")).toEqual([{ portico: 1, type: "session_expired", reason: "signed_out" }]);
});

test("after a new sign-in of the same person a mini-program is launched where it is", async () => {
  const w = await signedIn();
  const { page, miniProgram, view } = await taxi(w);
  w.portico.end("expired");
  await settle();
  await w.host.adopt(w.portico.signIn());
  await miniProgram.relaunch();
  expect(page.of("launch")).toHaveLength(2);
  expect(view.isAttached).toBe(true);
});

test("a new sign-in of another person lets go of the WebView, and its page learns nothing of them", async () => {
  const w = await signedIn();
  const { page, miniProgram, view } = await taxi(w);
  const profiles = [miniProgram.profile];
  miniProgram.onProfile(() => profiles.push(miniProgram.profile));
  w.portico.end("expired");
  await settle();
  w.portico.person = "bob";
  await w.host.adopt(w.portico.signIn());
  await miniProgram.relaunch();
  expect(new Set(profiles).size).toBe(2);
  expect(view.isAttached).toBe(false);
  expect(page.of("launch")).toHaveLength(1);
});

test("a withdrawn consent and another theme reach the mini-program, and the host", async () => {
  const w = await signedIn();
  const { page, miniProgram } = await taxi(w);
  w.portico.push("consent_changed", { app_id: TAXI, scope: "openid profile.basic", removed: "phone.verified" });
  w.portico.push("profile_changed", { claims: ["name"] });
  w.host.setTheme("dark");
  expect(page.of("consent_changed")).toEqual([
    { portico: 1, type: "consent_changed", scope: "openid profile.basic", removed: "phone.verified" },
  ]);
  expect(page.of("theme_changed")).toEqual([{ portico: 1, type: "theme_changed", theme: "dark" }]);
  expect(miniProgram.scope).toBe("openid profile.basic");
  expect(w.told).toContainEqual(["profile_changed", { claims: ["name"] }]);
});

test("a broken stream is opened again after the last event, and at once when the app is back", async () => {
  const w = await signedIn();
  w.portico.push("profile_changed", { claims: ["name"] });
  w.portico.breakStreams();
  await w.clock.pass(1_000);
  const opened = () => w.portico.requests.filter(({ path }) => path === "/v1/events");
  expect(opened()).toHaveLength(2);
  expect(opened()[1]?.request.headers["last-event-id"]).toMatch(/^\d+$/);
  w.foreground();
  await settle();
  expect(opened()).toHaveLength(3);
  expect(w.portico.streams.size).toBe(1);
  expect(w.told.filter(([name]) => name === "online").map(([, now]) => now)).toEqual([true, false, true, true]);
});

test("a stream that is silent for 45 seconds is taken for dead", async () => {
  const w = await signedIn();
  await w.clock.pass(44_999);
  expect(w.portico.count("/v1/events")).toBe(1);
  await w.clock.pass(1_001);
  expect(w.portico.count("/v1/events")).toBe(2);
});

test("without an answer the token is used to its end, and renewed when there is one", async () => {
  const w = await signedIn();
  w.portico.instead = (_, form) =>
    form["grant_type"] === "refresh_token" ? Promise.reject(new Error("no network")) : undefined;
  w.clock.time += 9.5 * MINUTE;
  await w.host.call("/v1/me/apps");
  w.clock.time += MINUTE;
  await expect(w.host.call("/v1/me/apps")).rejects.toThrow(Unreachable);
  w.portico.instead = () => undefined;
  await w.host.call("/v1/me/apps");
});

test("a refresh token that is refused is the end of the session", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  w.portico.session = null;
  await expect(w.host.call("/v1/me/apps")).rejects.toThrow(SessionExpired);
  expect(page.of("session_expired")).toEqual([{ portico: 1, type: "session_expired", reason: "expired" }]);
});

test.each([
  ["no answer", () => new Promise<never>(() => {})],
  ["a refusal", () => ({ status: 503, header: () => null, body: "" })],
])("a page that is ready near the end of its token is launched with it in spite of %s", async (_, answer) => {
  const w = await signedIn();
  const miniProgram = await w.host.launch(TAXI, { entry: TAXI_ENTRY });
  await miniProgram.attach(1, () => {});
  await w.clock.pass(29 * MINUTE);
  w.portico.instead = (__, form) => (form["audience"] === TAXI ? answer() : undefined);
  const page = fakeBridge.view.load();
  page.ready();
  await w.clock.pass(2_000);
  expect(page.of("launch")).toEqual([expect.objectContaining({ expiresIn: 58 })]);
});

test("a page that was launched with an old token is told of the next one once Portico can be reached", async () => {
  const w = await signedIn();
  const { page, view } = await taxi(w);
  await w.clock.pass(27.9 * MINUTE);
  w.portico.instead = () => Promise.reject(new Error("no network"));
  await w.clock.pass(MINUTE);
  page.ready();
  await w.clock.pass(2_000);
  w.portico.instead = () => undefined;
  await w.clock.pass(5_000);
  expect(page.heard.map(({ type }) => type)).toEqual(["launch", "launch", "token_renewed"]);
  const [first, again] = page.of("launch");
  expect(again?.["token"]).toBe(first?.["token"]);
  expect(page.of("token_renewed")[0]?.["token"]).not.toBe(first?.["token"]);
  expect(view.isAttached).toBe(true);
});

test("a page whose token has run out is launched once there is another", async () => {
  const w = await signedIn();
  const miniProgram = await w.host.launch(TAXI, { entry: TAXI_ENTRY });
  await miniProgram.attach(1, () => {});
  await w.clock.pass(31 * MINUTE);
  w.portico.instead = () => Promise.reject(new Error("no network"));
  const page = fakeBridge.view.load();
  page.ready();
  await w.clock.pass(20_000);
  expect(page.heard).toEqual([]);
  w.portico.instead = () => undefined;
  await w.clock.pass(6_000);
  expect(page.heard.map(({ type }) => type)).toEqual(["launch"]);
});

test("a page that says ready again when its token is due is launched again, with the next one", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  w.clock.time += 28.5 * MINUTE;
  page.ready();
  await settle();
  expect(page.heard.map(({ type }) => type)).toEqual(["launch", "launch"]);
  expect(page.of("launch")[1]).toMatchObject({ expiresIn: 1800 });
});

test("what was asked for one person is not given to the host when another is here by then", async () => {
  const w = await signedIn();
  let release = (_: HttpAnswer) => {};
  w.portico.instead = (path) =>
    path === "/v1/me/profile" ? new Promise<HttpAnswer>((resolve) => (release = resolve)) : undefined;
  const profile = w.host.call("/v1/me/profile");
  await settle();
  w.portico.person = "bob";
  await w.host.adopt(w.portico.signIn());
  release({ status: 200, header: () => null, body: '{"name":"Alice"}' });
  await expect(profile).rejects.toThrow(SessionExpired);
});

test("the next person does not wait for what hangs of the one before", async () => {
  const w = await signedIn();
  const { page, miniProgram } = await taxi(w);
  w.portico.instead = (_, form) => (form["audience"] === TAXI ? new Promise(() => {}) : undefined);
  page.say({ portico: 1, type: "renew", id: "1" });
  await settle();
  w.portico.end("expired");
  await settle();
  w.portico.instead = () => undefined;
  await w.host.adopt(w.portico.signIn());
  await miniProgram.relaunch();
  page.say({ portico: 1, type: "renew", id: "2" });
  await settle();
  expect(page.of("token_renewed").map((message) => message["id"])).toEqual(["2"]);
});

test("an answer of a stranger is no token, and is asked for again after a while", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  w.portico.instead = () => ({ status: 200, header: () => null, body: "<p>Please log in to this network</p>" });
  await w.clock.pass(28.1 * MINUTE);
  expect(page.of("token_renewed")).toEqual([]);
  expect(w.portico.count("/oauth/token", refreshes)).toBeLessThan(300);
  w.portico.instead = () => undefined;
  await w.clock.pass(6_000);
  expect(page.of("token_renewed")).toHaveLength(1);
});

test.each(["@evil.example/", ".evil.example/", ":1/", "//evil.example/", "v1/me"])(
  "a token goes to the issuer alone: %s",
  async (path) => {
    const w = await signedIn();
    await w.host.call(path);
    expect(new URL(w.portico.requests.at(-1)?.request.url ?? "").origin).toBe(ISSUER);
  },
);

test.each([
  ["nothing", undefined],
  ["an error that has a code", Object.assign(new Error("ana@example.org"), { code: 20 })],
])("an app's own way of asking that rejects with %s is a server error to the page", async (_, thrown) => {
  const w = await signedIn({ onConsentRequired: () => Promise.reject(thrown) });
  w.portico.app("org.example.shop", "openid profile.basic", "openid");
  const shop = await w.host.launch("org.example.shop", { entry: "https://shop.example/", scope: "openid" });
  await shop.attach(1, () => {});
  const page = fakeBridge.view.load();
  page.ready();
  page.say({ portico: 1, type: "request_permission", id: "1", scope: "profile.basic" });
  await settle();
  expect(page.of("error")).toEqual([{ portico: 1, type: "error", id: "1", error: "server_error" }]);
});

test("a session that is restored twice at once is followed once", async () => {
  const before = await signedIn();
  before.host.dispose();
  const after = world({}, before);
  expect(await Promise.all([after.host.restore(), after.host.restore()])).toEqual([true, true]);
  await settle();
  expect(after.told.map(([name]) => name)).toEqual(["signed_in", "online"]);
});

test("nobody is signed in before somebody signs in", async () => {
  const w = world();
  expect(await w.host.restore()).toBe(false);
  await expect(w.host.call("/v1/me/apps")).rejects.toThrow(NotSignedIn);
});

test("no token is in an error's text", async () => {
  const w = await signedIn();
  const [stored] = [...w.secrets.items.values()];
  const { refreshToken } = JSON.parse(stored ?? "{}") as { refreshToken: string };
  w.portico.instead = () => Promise.reject(new Error(refreshToken));
  const error = await w.host.call("/v1/me/apps?x=secret").catch((e: unknown) => e);
  expect(String(error)).toBe("Error: no answer from https://id.example/v1/me/apps".replace("Error", "Unreachable"));
});
