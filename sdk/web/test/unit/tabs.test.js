import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../fake/clock.js";
import { ISSUER, restored, signedIn, world } from "../fake/host.js";

const MINUTE = 60_000;
const REFRESH = { grant_type: "refresh_token" };
const hold = (portico) => {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  portico.instead = async (_, form) => void (form.grant_type === "refresh_token" && (await gate));
  return release;
};

/** What another tab of the same browser sees: the same storage, the same clock, the same Portico. */
async function otherTab(t, w, options = {}) {
  const tab = world({ clock: w.clock, portico: w.portico, storage: w.storage, ...options });
  t.after(() => tab.host.dispose());
  return tab;
}
const stored = (w) => JSON.parse(w.storage.getItem("portico.super-app.tokens"));
/** The session that Portico has for somebody who signs in while another's goes on. */
function takeTurns(portico) {
  const sessions = [];
  portico.instead = async (_, form) => {
    const mine = sessions.find(({ refresh }) => refresh === form.refresh_token);
    if (mine) portico.session = mine;
  };
  return (session) => sessions.push(session);
}

test("a_duplicated_tab_takes_over_what_the_first_has_renewed", async (t) => {
  const first = await signedIn(t);
  const storage = Object.assign(Object.create(Object.getPrototypeOf(first.storage)), {
    items: new Map(first.storage.items),
  });
  const second = world({ clock: first.clock, portico: first.portico, storage });
  t.after(() => second.host.dispose());
  await restored(second);
  first.portico.instead = (request) => (request.url.endsWith("/v1/me") ? Response.json({}) : undefined);
  const { refresh } = first.portico.session;
  first.clock.time += 9.5 * MINUTE;
  await first.host.fetch("/v1/me");
  await settle();
  await second.host.fetch("/v1/me");
  const used = first.portico.requests
    .filter((r) => r.form.grant_type === "refresh_token")
    .map((r) => r.form.refresh_token);
  assert.deepEqual(used, [refresh], "the rotated token is used once");
});

test("what_another_tab_put_into_a_shared_storage_is_used_first", async (t) => {
  const w = await signedIn(t);
  const key = "portico.super-app.tokens";
  const { refresh } = w.portico.session;
  const renewed = await (
    await w.portico.fetch(`${ISSUER}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({ ...REFRESH, refresh_token: refresh }),
    })
  ).json();
  const now = w.clock.time + 9.5 * MINUTE;
  const shared = {
    ...JSON.parse(w.storage.getItem(key)),
    access_token: renewed.access_token,
    refresh_token: renewed.refresh_token,
    renewAt: now + 9 * MINUTE,
    expiresAt: now + 10 * MINUTE,
  };
  w.storage.setItem(key, JSON.stringify(shared));
  w.portico.instead = (request) => (request.url.endsWith("/v1/me") ? Response.json({}) : undefined);
  w.clock.time = now;
  await w.host.fetch("/v1/me");
  assert.equal(w.portico.requests.at(-1).headers.get("authorization"), `Bearer ${renewed.access_token}`);
  assert.equal(w.portico.count("/oauth/token", REFRESH), 1, "the other tab's");
});

for (const [name, act] of [
  ["renews", (w) => w.clock.pass(9.5 * MINUTE)],
  ["signs_out", (w) => w.host.signOut()],
  ["hears_of_the_end", (w) => (w.portico.push("session_expired", { reason: "revoked" }), settle())],
]) {
  test(`what_one_person_keeps_outlasts_that_the_one_before_${name}_in_another_tab`, async (t) => {
    const ana = await signedIn(t);
    const turn = takeTurns(ana.portico);
    turn(ana.portico.session);
    const { sid } = ana.host.session;
    const bob = await otherTab(t, ana);
    bob.portico.person = "bob";
    const tokens = bob.portico.signIn("super-app");
    turn(bob.portico.session);
    await bob.host.adopt(tokens);
    assert.notEqual(bob.host.session.sid, sid);
    bob.host.dispose();
    await act(ana);
    await settle();
    assert.equal(stored(bob).session.sub, "host-bob");
    const reloaded = await otherTab(t, ana);
    assert.equal(await restored(reloaded), true);
    assert.equal(reloaded.host.session.sub, "host-bob");
  });
}

test("what_was_removed_by_another_tab_is_not_put_back_by_a_renewal", async (t) => {
  const w = await signedIn(t);
  const release = hold(w.portico);
  await w.clock.pass(9.1 * MINUTE);
  w.storage.clear();
  release();
  await settle();
  assert.equal(w.storage.items.size, 0);
  assert.notEqual(w.host.session, null);
});

for (const [name, copy] of [
  ["that_share_a_storage", (storage) => storage],
  [
    "with_a_storage_each",
    (storage) => Object.assign(new storage.constructor(), { items: new Map(storage.items) }),
  ],
]) {
  test(`two_tabs_of_one_session_${name}_renew_at_the_same_moment_and_both_go_on`, async (t) => {
    const one = await signedIn(t);
    const two = await otherTab(t, one, { storage: copy(one.storage) });
    await restored(two);
    one.portico.instead = (request) => (request.url.endsWith("/v1/me") ? Response.json({}) : undefined);
    for (let hour = 0; hour < 3; hour += 1) {
      one.clock.time += 9.5 * MINUTE;
      await Promise.all([one, two].map(({ host }) => host.fetch("/v1/me")));
      await one.clock.pass(50 * MINUTE);
    }
    assert.notEqual(one.portico.session, null);
    for (const tab of [one, two]) {
      assert.notEqual(tab.host.session, null);
      assert.equal(stored(tab).refresh_token, one.portico.session.refresh);
      assert.equal(tab.events.filter(([event]) => event === "session_expired").length, 0);
    }
  });
}

test("a_renewal_that_another_tab_overtakes_is_answered_with_what_that_one_got", async (t) => {
  const one = await signedIn(t);
  const two = await otherTab(t, one);
  await restored(two);
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  let first = true;
  one.portico.instead = async (request, form) => {
    if (request.url.endsWith("/v1/me")) return Response.json({});
    if (form.grant_type !== "refresh_token" || !first) return undefined;
    first = false;
    return gate;
  };
  one.clock.time += 9.5 * MINUTE;
  const slow = one.host.fetch("/v1/me");
  await settle();
  await two.host.fetch("/v1/me");
  await settle();
  release(Response.json({ error: "invalid_grant" }, { status: 400 }));
  assert.equal((await slow).status, 200);
  assert.notEqual(one.host.session, null);
});

