// What comes to an end only after something else has happened: it counts for whom it was begun, and no longer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../fake/clock.js";
import { REDIRECT, restored, signedIn, TAXI, TAXI_ENTRY, taxi, world } from "../fake/host.js";
import { MemoryStorage } from "../fake/storage.js";

const MINUTE = 60_000;
const SHOP = "org.example.shop";
const SHOP_ENTRY = "https://shop.example/";
const ready = { portico: 1, type: "ready" };
const entry = { entry: TAXI_ENTRY };
const permission = (id, scope) => ({ portico: 1, type: "request_permission", id, scope });
const types = (frame) => frame.sent.map(({ message }) => message.type);
const gate = () => {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
};

/** Alice, whose host asks her by itself, and grants once `decided` is over. */
async function asked(t, decided = Promise.resolve()) {
  const w = await signedIn(t, {
    host: {
      onConsentRequired: async ({ request }) => {
        await decided;
        w.portico.decide(request, true);
      },
    },
  });
  return w;
}

async function bobSignsIn(w) {
  w.portico.person = "bob";
  await w.host.adopt(w.portico.signIn("super-app"));
  await settle();
}

test("a_sign_out_that_is_answered_late_does_not_end_the_next_persons_session", async (t) => {
  const w = await signedIn(t);
  const { open, opened } = gate();
  w.portico.instead = async (request) => {
    if (!request.url.endsWith("/oauth/revoke")) return undefined;
    w.portico.end("signed_out");
    await opened;
    return new Response(null, { status: 200 });
  };
  const out = w.host.signOut();
  await settle();
  assert.equal(w.host.session, null);
  await bobSignsIn(w);
  const { frame } = await taxi(w);
  open();
  await out;
  await settle();
  assert.equal(w.host.session.sub, "host-bob");
  assert.deepEqual(types(frame), ["launch"]);
});

test("a_launch_that_one_person_asked_for_is_not_opened_for_the_next", async (t) => {
  const { open, opened } = gate();
  const w = await asked(t, opened);
  w.portico.app(TAXI, "openid profile.basic", "openid");
  const launch = w.host.launch(TAXI, { ...entry, ...w.page, path: "rides/of-alice" });
  await settle();
  w.portico.end("signed_out");
  await settle();
  await bobSignsIn(w);
  const exchanges = w.portico.count("/oauth/token", { audience: TAXI });
  open();
  await assert.rejects(launch, { code: "session_expired" });
  assert.equal(w.portico.count("/oauth/token", { audience: TAXI }), exchanges, "nothing is asked in Bob's name");
});

test("a_launch_that_waited_for_one_person_is_not_given_to_the_next_after_a_page_load", async (t) => {
  const alice = await signedIn(t);
  alice.portico.app(TAXI, "openid profile.basic", "openid");
  const { sid } = alice.host.session;
  void alice.host.launch(TAXI, { ...entry, ...alice.page });
  await settle();
  alice.host.dispose();
  const bob = world({ clock: alice.clock, portico: alice.portico, storage: alice.storage });
  t.after(() => bob.host.dispose());
  await bobSignsIn(bob);
  assert.deepEqual(await bob.host.handleRedirect(`${REDIRECT}?consent=done`), { kind: "none" });
  await assert.rejects(bob.host.resume({ appId: TAXI, ...entry, sid }, bob.page), { code: "session_expired" });
});

test("each_tab_goes_on_with_its_own_launch_though_they_share_a_storage", async (t) => {
  const tabs = [new MemoryStorage(), new MemoryStorage()];
  const one = await signedIn(t);
  const shared = { clock: one.clock, portico: one.portico, storage: one.storage };
  const two = world(shared);
  t.after(() => two.host.dispose());
  await restored(two);
  for (const [n, [w, id, url]] of [[one, TAXI, TAXI_ENTRY], [two, SHOP, SHOP_ENTRY]].entries()) {
    w.portico.app(id, "openid profile.basic", "openid");
    globalThis.sessionStorage = tabs[n];
    void w.host.launch(id, { entry: url, ...w.page });
    await settle();
  }
  for (const [n, id] of [TAXI, SHOP].entries()) {
    const back = world({ ...shared, tab: tabs[n] });
    t.after(() => back.host.dispose());
    const { launch } = await back.host.handleRedirect(`${REDIRECT}?consent=done`);
    assert.equal(launch.appId, id);
  }
});

test("two_permissions_at_once_are_both_kept", async (t) => {
  const w = await asked(t);
  w.portico.app(TAXI, "openid profile.basic phone.verified", "openid");
  const { frame, miniProgram } = await taxi(w, { scope: "openid" });
  frame.say(permission("1", "profile.basic"));
  frame.say(permission("2", "phone.verified"));
  await settle();
  assert.equal(miniProgram.scope, "openid profile.basic phone.verified");
  for (const [id, scope] of [["1", "profile.basic"], ["2", "phone.verified"]])
    assert.ok(frame.heard("launch").find((message) => message.id === id).scope.includes(scope));
  await w.clock.pass(29 * MINUTE);
  assert.equal(miniProgram.scope, "openid profile.basic phone.verified", "renewed with both");
});

test("a_slow_renewal_does_not_take_back_what_was_granted_meanwhile", async (t) => {
  const w = await asked(t);
  w.portico.app(TAXI, "openid profile.basic phone.verified", "openid profile.basic");
  w.portico.apps.get(TAXI).decided.add("phone.verified");
  const { frame, miniProgram } = await taxi(w);
  const { open, opened } = gate();
  const handle = w.portico.handle.bind(w.portico);
  let first = true;
  w.portico.handle = async (request, signal) => {
    const late = first && (await request.clone().text()).includes("token-exchange");
    const answer = await handle(request, signal);
    if (late) {
      first = false;
      await opened;
    }
    return answer;
  };
  frame.say({ portico: 1, type: "renew", id: "1" });
  await settle();
  frame.say(permission("2", "phone.verified"));
  await settle();
  open();
  await settle();
  assert.match(miniProgram.scope, /phone\.verified/);
  const [, claims] = frame.heard("token_renewed").at(-1).token.split(".");
  assert.match(JSON.parse(Buffer.from(claims, "base64url")).scope, /phone\.verified/);
});

test("a_theme_that_is_set_while_the_person_is_asked_stays", async (t) => {
  const { open, opened } = gate();
  const w = await asked(t, opened);
  const { frame } = await taxi(w, { scope: "openid profile.basic" });
  frame.say(permission("1", "phone.verified"));
  await settle();
  w.host.setTheme("dark");
  open();
  await settle();
  assert.equal(frame.heard("launch").at(-1).theme, "dark");
});

test("what_a_document_got_that_is_gone_is_told_to_the_next_and_is_no_launch", async (t) => {
  const { open, opened } = gate();
  const w = await asked(t, opened);
  w.portico.app(TAXI, "openid profile.basic phone.verified", "openid profile.basic");
  w.portico.apps.get(TAXI).decided.add("phone.verified");
  const { frame } = await taxi(w);
  frame.say(permission("1", "phone.verified"));
  await settle();
  frame.say(ready);
  await settle();
  const launches = () => w.events.filter(([name]) => name === "launched").length;
  const before = launches();
  open();
  await settle();
  assert.equal(launches(), before);
  assert.equal(types(frame).at(-1), "token_renewed");
  await w.clock.pass(29 * MINUTE);
  assert.equal(types(frame).at(-1), "token_renewed");
});

test("documents_that_are_ready_while_their_token_is_renewed_are_launched_at_once_and_told_of_the_next_once", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  w.clock.time += 28.5 * MINUTE;
  const { open, opened } = gate();
  w.portico.instead = async (_, form) => void (form.audience && (await opened));
  frame.sent.length = 0;
  frame.say(ready);
  await w.clock.pass(500);
  frame.say(ready);
  open();
  await w.clock.pass(3_000);
  assert.deepEqual(types(frame), ["launch", "launch", "token_renewed"]);
});

test("a_place_that_throws_keeps_nobody_from_hearing_of_the_end", async (t) => {
  const w = await signedIn(t);
  w.portico.app(SHOP, "openid");
  const webView = { load() {}, onmessage: null };
  await w.host.launch(TAXI, { ...entry, webView });
  const source = {
    postMessage() {
      throw new Error("gone");
    },
  };
  webView.onmessage({ data: JSON.stringify(ready), origin: "https://taxi.example", source });
  const shop = await w.host.launch(SHOP, { entry: SHOP_ENTRY, ...w.page });
  shop.iframe.say(ready);
  w.host.setTheme("dark");
  await w.host.signOut();
  assert.deepEqual(types(shop.iframe), ["launch", "theme_changed", "session_expired"]);
  assert.deepEqual(w.events.at(-1), ["session_expired", { reason: "signed_out" }]);
});

test("an_invalid_request_to_porticos_own_paths_is_sent_once_and_ends_nothing", async (t) => {
  const w = await signedIn(t);
  for (const code of ["invalid_request", "invalid_grant"]) {
    let times = 0;
    w.portico.instead = (request) => {
      if (!request.url.endsWith("/v1/links")) return undefined;
      times += 1;
      return Response.json({ code }, { status: 400 });
    };
    await assert.rejects(w.host.fetch("/v1/links", { method: "POST", body: "{}" }), { code });
    assert.equal(times, 1);
    assert.notEqual(w.host.session, null);
  }
});

test("an_answer_without_tokens_is_not_adopted_and_ends_nobodys_session", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  const good = w.portico.signIn("super-app");
  for (const answer of [{ error: "invalid_grant" }, { ...good, id_token: undefined }, { ...good, access_token: undefined }])
    await assert.rejects(w.host.adopt(answer), { code: "temporarily_unavailable" });
  assert.equal(w.host.session.sub, "host-alice");
  assert.deepEqual(types(frame), ["launch"]);
});

test("whoever_begins_with_a_stale_copy_asks_the_other_tabs_first", async (t) => {
  const first = await signedIn(t);
  const storage = Object.assign(new MemoryStorage(), { items: new Map(first.storage.items) });
  await first.clock.pass(12 * MINUTE);
  const second = world({ clock: first.clock, portico: first.portico, storage });
  t.after(() => second.host.dispose());
  assert.equal(await restored(second), true);
  assert.equal(second.host.session.sid, first.host.session.sid);
  assert.equal(first.portico.count("/oauth/token", { grant_type: "refresh_token" }), 1);
});

test("the_next_person_does_not_wait_for_a_renewal_of_the_one_before", async (t) => {
  const w = await signedIn(t);
  const { open, opened } = gate();
  let first = true;
  w.portico.instead = async (_, form) => {
    if (form.grant_type !== "refresh_token" || !first) return;
    first = false;
    await opened;
  };
  await w.clock.pass(9.5 * MINUTE);
  await bobSignsIn(w);
  w.portico.session.access.clear();
  const { miniProgram } = await taxi(w);
  assert.equal(miniProgram.connected, true);
  open();
  await settle();
  assert.equal(w.host.session.sub, "host-bob");
});
