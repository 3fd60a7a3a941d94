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

test("the_hosts_token_is_renewed_before_it_expires_without_being_asked_for", async (t) => {
  const w = await signedIn(t);
  await w.clock.pass(8.9 * MINUTE);
  assert.equal(w.portico.count("/oauth/token", REFRESH), 0);
  await w.clock.pass(0.2 * MINUTE);
  assert.equal(w.portico.count("/oauth/token", REFRESH), 1);
  await w.clock.pass(60 * MINUTE);
  assert.equal(w.portico.count("/oauth/token", REFRESH), 7);
  assert.notEqual(w.host.session, null);
});

test("parallel_callers_share_one_refresh", async (t) => {
  const w = await signedIn(t);
  w.clock.time += 9.5 * MINUTE;
  w.portico.instead = (request) => (request.url.endsWith("/v1/me") ? Response.json({}) : undefined);
  await Promise.all([1, 2, 3, 4].map(() => w.host.fetch("/v1/me")));
  assert.equal(w.portico.count("/oauth/token", REFRESH), 1);
  assert.equal(
    new Set(w.portico.requests.filter((r) => r.path === "/v1/me").map((r) => r.headers.get("authorization")))
      .size,
    1,
  );
});

test("a_session_outlives_the_page", async (t) => {
  const before = await signedIn(t);
  before.host.dispose();
  const after = world({ clock: before.clock, portico: before.portico, storage: before.storage });
  t.after(() => after.host.dispose());
  assert.equal(await restored(after), true);
  assert.equal(after.host.session.sub, "host-alice");
});

test("a_session_that_ended_while_no_page_was_open_is_not_restored", async (t) => {
  const before = await signedIn(t);
  before.host.dispose();
  before.portico.session = null;
  before.clock.time += 20 * MINUTE;
  const after = world({ clock: before.clock, portico: before.portico, storage: before.storage });
  t.after(() => after.host.dispose());
  assert.equal(await restored(after), false);
  assert.equal(after.storage.items.size, 0);
});

test("while_portico_cannot_be_reached_a_living_token_is_used_and_a_dead_one_is_not", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (request) => {
    if (request.url.endsWith("/oauth/token"))
      return new Response("", { status: 503, headers: { "retry-after": "2" } });
    return request.url.endsWith("/v1/me") ? Response.json({ ok: true }) : undefined;
  };
  await w.clock.pass(9.5 * MINUTE);
  assert.deepEqual(await (await w.host.fetch("/v1/me")).json(), { ok: true });
  await w.clock.pass(MINUTE);
  await assert.rejects(w.host.fetch("/v1/me"), { name: "Unreachable", retryAfter: 2, retryable: true });
  assert.notEqual(w.host.session, null, "still signed in");
  w.portico.instead = () => undefined;
  const tried = w.portico.count("/oauth/token", REFRESH);
  await w.clock.pass(5_000);
  assert.equal(w.portico.count("/oauth/token", REFRESH), tried + 1, "tried again by itself");
});

test("a_session_that_portico_could_not_confirm_at_the_page_load_is_followed_all_the_same", async (t) => {
  const before = await signedIn(t);
  before.host.dispose();
  before.clock.time += 11 * MINUTE;
  const after = world({ clock: before.clock, portico: before.portico, storage: before.storage });
  t.after(() => after.host.dispose());
  after.portico.instead = () => new Response("", { status: 503 });
  const refused = assert.rejects(after.host.restore(), { name: "Unreachable" });
  await after.clock.pass(250);
  await refused;
  assert.deepEqual(after.events[0], ["signed_in", after.host.session]);
  after.portico.instead = () => undefined;
  await after.clock.pass(10_000);
  assert.equal(after.portico.streams, 1);
  after.portico.end("revoked");
  await settle();
  assert.deepEqual(after.events.at(-1), ["session_expired", { reason: "revoked" }]);
  assert.equal(after.host.session, null);
});

test("a_storage_that_takes_nothing_keeps_nobody_from_signing_in_and_hearing_of_the_end", async (t) => {
  const w = world();
  t.after(() => w.host.dispose());
  w.storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  await w.host.adopt(w.portico.signIn("super-app"));
  await settle();
  assert.equal(w.portico.streams, 1);
  await w.clock.pass(9.5 * MINUTE);
  assert.equal(w.portico.count("/oauth/token", REFRESH), 1);
  await w.host.signOut();
  assert.equal(w.host.session, null);
  const heard = w.events.map(([name]) => name).filter((name) => name !== "online");
  assert.deepEqual(heard, ["signed_in", "session_expired"]);
});

test("no_answer_at_all_is_unreachable", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = () => Promise.reject(new TypeError("Failed to fetch"));
  await assert.rejects(w.host.fetch("/v1/me"), { name: "Unreachable" });
});

test("signing_out_revokes_the_newest_refresh_token_and_forgets_everything", async (t) => {
  const w = await signedIn(t);
  const release = hold(w.portico);
  await w.clock.pass(9.5 * MINUTE);
  const out = w.host.signOut();
  await settle();
  assert.equal(w.portico.count("/oauth/revoke"), 0, "waits for the refresh under way");
  const before = w.portico.session.refresh;
  release();
  await out;
  const [revoked] = w.portico.requests.filter((r) => r.path === "/oauth/revoke");
  assert.notEqual(revoked.form.token, before);
  assert.equal(w.portico.session, null);
  assert.equal(w.storage.items.size, 0);
  assert.deepEqual(w.events.at(-1), ["session_expired", { reason: "signed_out" }]);
  await assert.rejects(w.host.fetch("/v1/me"), { code: "not_signed_in" });
});

test("a_sign_out_that_portico_did_not_hear_did_not_happen", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (request) =>
    request.url.endsWith("/oauth/revoke") ? new Response("", { status: 503 }) : undefined;
  await assert.rejects(w.host.signOut(), { name: "Unreachable" });
  assert.notEqual(w.host.session, null);
});

test("a_refresh_that_comes_back_after_the_end_is_thrown_away", async (t) => {
  const w = await signedIn(t);
  const release = hold(w.portico);
  w.clock.time += 9.5 * MINUTE;
  const call = w.host.fetch("/v1/me");
  await settle();
  w.portico.push("session_expired", { reason: "revoked" });
  await settle();
  release();
  await assert.rejects(call, { name: "SessionExpired" });
  assert.equal(w.host.session, null);
  assert.equal(w.storage.items.size, 0);
});

test("a_session_that_is_restored_twice_at_once_is_followed_once", async (t) => {
  const before = await signedIn(t);
  before.host.dispose();
  const after = world({ clock: before.clock, portico: before.portico, storage: before.storage });
  t.after(() => after.host.dispose());
  assert.deepEqual(await Promise.all([restored(after), restored(after)]), [true, true]);
  await settle();
  assert.deepEqual(
    after.events.map(([name]) => name),
    ["signed_in", "online"],
  );
});

test("a_refused_token_is_renewed_once_and_then_the_session_is_over", async (t) => {
  const w = await signedIn(t);
  let refused = 1;
  w.portico.instead = (request) =>
    request.url === `${ISSUER}/v1/me` ? new Response("{}", { status: refused-- > 0 ? 401 : 200 }) : undefined;
  assert.equal((await w.host.fetch("/v1/me")).status, 200);
  refused = Infinity;
  await assert.rejects(w.host.fetch("/v1/me"), { name: "SessionExpired" });
  assert.equal(w.host.session, null);
});

test("an_error_of_porticos_keeps_its_code", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (request) =>
    request.url.endsWith("/v1/me")
      ? Response.json({ code: "reauthentication_required", detail: "sign in again" }, { status: 403 })
      : undefined;
  await assert.rejects(w.host.fetch("/v1/me"), {
    name: "PorticoError",
    code: "reauthentication_required",
    message: "sign in again",
  });
});
