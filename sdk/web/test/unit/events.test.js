import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../fake/clock.js";
import { signedIn, taxi, TAXI, world } from "../fake/host.js";

const opened = (w) => w.portico.requests.filter((r) => r.path === "/v1/events");

test("the_stream_is_opened_with_the_hosts_token_in_a_header", async (t) => {
  const w = await signedIn(t);
  const [request] = opened(w);
  assert.match(request.headers.get("authorization"), /^Bearer access-/);
  assert.equal(request.headers.get("accept"), "text/event-stream");
  assert.equal(request.headers.get("last-event-id"), null);
  assert.equal(request.url.search, "");
});

test("a_broken_stream_is_resumed_after_the_last_event_heard", async (t) => {
  const w = await signedIn(t);
  w.portico.push("profile_changed", { claims: ["name"] });
  await settle();
  const last = w.events.find(([name]) => name === "profile_changed");
  assert.deepEqual(last, ["profile_changed", { claims: ["name"] }]);
  w.portico.closeStreams();
  await w.clock.pass(1_000);
  assert.equal(opened(w).length, 2);
  assert.match(opened(w)[1].headers.get("last-event-id"), /^\d+$/);
  assert.deepEqual(
    w.events.filter(([name]) => name === "online").map(([, now]) => now),
    [true, false, true],
  );
});

test("failures_in_a_row_wait_longer_and_longer_up_to_half_a_minute", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (request) =>
    request.url.endsWith("/v1/events") ? new Response("", { status: 503 }) : undefined;
  w.portico.closeStreams();
  const before = opened(w).length;
  await w.clock.pass(10_000);
  const soon = opened(w).length - before;
  assert.ok(soon >= 3 && soon <= 6, `${soon} in ten seconds`);
  await w.clock.pass(100_000);
  const middle = opened(w).length;
  await w.clock.pass(60_000);
  const late = opened(w).length - middle;
  assert.ok(late >= 2 && late <= 4, `${late} in a late minute`);
});

test("a_stream_that_worked_is_reopened_soon_however_often_it_ended_before", async (t) => {
  const w = await signedIn(t);
  for (let n = 2; n < 12; n += 1) {
    w.portico.push("ping", {});
    await settle();
    w.portico.closeStreams();
    await w.clock.pass(1_000);
    assert.equal(opened(w).length, n);
  }
});

test("a_stream_that_is_silent_for_45_seconds_is_dead", async (t) => {
  const w = await signedIn(t);
  for (let n = 0; n < 6; n += 1) {
    await w.clock.pass(15_000);
    w.portico.push("ping", {});
    await settle();
  }
  assert.equal(opened(w).length, 1);
  await w.clock.pass(46_500);
  assert.equal(opened(w).length, 2);
});

test("a_stream_that_never_begins_is_given_up_after_30_seconds", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (request) =>
    request.url.endsWith("/v1/events") ? new Promise(() => {}) : undefined;
  w.portico.closeStreams();
  await w.clock.pass(1_000);
  assert.equal(opened(w).length, 2);
  await w.clock.pass(29_000);
  assert.equal(opened(w).length, 2);
  w.portico.instead = () => undefined;
  await w.clock.pass(3_000);
  assert.equal(opened(w).length, 3);
  assert.deepEqual(w.events.at(-1), ["online", true]);
});

test("a_stream_that_is_refused_is_not_taken_for_one", async (t) => {
  const w = await signedIn(t);
  const before = w.events.length;
  w.portico.instead = (request) =>
    request.url.endsWith("/v1/events") ? new Response("no such page", { status: 404 }) : undefined;
  w.portico.closeStreams();
  await w.clock.pass(10_000);
  assert.equal(w.events.slice(before).some(([name, now]) => name === "online" && now), false);
});

test("session_expired_reaches_every_mini_program_and_then_the_tokens_are_gone", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  w.portico.end("password_changed");
  await settle();
  assert.deepEqual(
    frame.heard("session_expired"),
    [{ portico: 1, type: "session_expired", reason: "revoked" }],
    "no more than it may know",
  );
  assert.deepEqual(w.events.at(-1), ["session_expired", { reason: "password_changed" }]);
  assert.equal(w.host.session, null);
  assert.equal(w.storage.items.size, 0);
  const count = opened(w).length;
  await w.clock.pass(120_000);
  assert.equal(opened(w).length, count, "not reopened");
});

test("a_stream_that_refuses_the_token_ends_the_session", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  w.portico.session = null;
  w.portico.closeStreams();
  await w.clock.pass(1_000);
  assert.equal(frame.heard("session_expired").length, 1);
  assert.equal(w.host.session, null);
});

test("consent_changed_reaches_the_mini_program_concerned_and_no_other", async (t) => {
  const w = await signedIn(t);
  w.portico.app("org.example.shop", "openid profile.basic");
  const { frame, miniProgram } = await taxi(w);
  const shop = await taxi(w, {});
  shop.miniProgram.close();
  const other = await w.host.launch("org.example.shop", { entry: "https://shop.example/", ...w.page });
  other.iframe.say({ portico: 1, type: "ready" });
  await settle();
  w.portico.withdraw(TAXI, "phone.verified");
  await settle();
  const change = { scope: "openid profile.basic", removed: "phone.verified" };
  assert.deepEqual(frame.heard("consent_changed"), [{ portico: 1, type: "consent_changed", ...change }]);
  assert.deepEqual(other.iframe.heard("consent_changed"), []);
  assert.equal(miniProgram.scope, "openid profile.basic");
  assert.deepEqual(w.events.at(-1), ["consent_changed", { appId: TAXI, ...change }]);
});

test("an_event_that_cannot_be_read_disturbs_nothing", async (t) => {
  const w = await signedIn(t);
  w.portico.push("consent_changed", null);
  w.portico.push("profile_changed", { claims: ["name"] });
  w.portico.push("of_a_later_version", {});
  await settle();
  assert.deepEqual(w.events.at(-1), ["profile_changed", { claims: ["name"] }]);
});

test("a_listener_that_disposes_of_the_host_when_it_is_offline_ends_the_following", async (t) => {
  const w = await signedIn(t);
  w.host.on("online", (online) => online || w.host.dispose());
  const before = opened(w).length;
  w.portico.closeStreams();
  await w.clock.pass(60_000);
  assert.equal(opened(w).length, before);
  assert.deepEqual(
    w.events.filter(([name]) => name === "online").map(([, now]) => now),
    [true, false],
  );
});

test("a_host_that_is_disposed_of_while_it_restores_takes_up_nothing", async (t) => {
  const w = await signedIn(t);
  w.host.dispose();
  const left = world({ clock: w.clock, portico: w.portico, storage: w.storage });
  const before = w.portico.requests.length;
  const restoring = left.host.restore();
  left.host.dispose();
  assert.equal(await restoring, false);
  assert.equal(left.host.session, null);
  await w.clock.pass(600_000);
  assert.equal(w.portico.requests.length, before);
});
