import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../fake/clock.js";
import { ISSUER, signedIn } from "../fake/host.js";

const MINUTE = 60_000;
const REFRESH = { grant_type: "refresh_token" };
const stored = (w) => JSON.parse(w.storage.getItem("portico.super-app.tokens"));
const hold = (portico) => {
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  portico.instead = async (_, form) => void (form.grant_type === "refresh_token" && (await gate));
  return release;
};

test("a_request_that_is_not_answered_within_30_seconds_is_unreachable", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = () => new Promise(() => {});
  let outcome;
  void w.host.fetch("/v1/me").catch((error) => (outcome = error.code));
  await w.clock.pass(29_999);
  assert.equal(outcome, undefined);
  await w.clock.pass(1);
  assert.equal(outcome, "temporarily_unavailable");
});

test("an_answer_whose_body_does_not_end_is_unreachable_too", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (_request, _form, signal) => {
    const start = (body) => {
      body.enqueue(new TextEncoder().encode('{"half":'));
      signal.addEventListener("abort", () => body.error(signal.reason));
    };
    return new Response(new ReadableStream({ start }));
  };
  let outcome;
  void w.host.fetch("/v1/me").catch((error) => (outcome = error.code));
  await w.clock.pass(30_000);
  assert.equal(outcome, "temporarily_unavailable");
});

test("an_answer_is_whole_when_it_is_given_and_keeps_its_bytes", async (t) => {
  const w = await signedIn(t);
  const bytes = Uint8Array.of(0, 255, 254, 10);
  w.portico.instead = (request) =>
    request.url.endsWith("/avatar") ? new Response(bytes, { headers: { "content-type": "image/png" } }) : undefined;
  const answer = await w.host.fetch("/v1/me/avatar");
  assert.equal(answer.headers.get("content-type"), "image/png");
  await w.clock.pass(60_000);
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), bytes);
});

test("a_hung_renewal_lets_go_after_30_seconds_and_the_next_one_goes_through", async (t) => {
  const w = await signedIn(t);
  const release = hold(w.portico);
  await w.clock.pass(9 * MINUTE + 30_000);
  w.portico.instead = () => undefined;
  await w.clock.pass(5_000);
  assert.equal(w.portico.count("/oauth/token", REFRESH), 2);
  release();
  await settle();
  assert.notEqual(w.host.session, null);
  assert.equal(w.portico.session.refresh, stored(w).refresh_token);
});

test("an_answer_of_a_stranger_is_no_token_and_changes_nothing", async (t) => {
  const w = await signedIn(t);
  const before = stored(w);
  w.portico.instead = (_, form) =>
    form.grant_type === "refresh_token" ? new Response("<p>Please log in to this network</p>") : undefined;
  await w.clock.pass(9.2 * MINUTE);
  assert.deepEqual(stored(w), before);
  const asked = w.portico.count("/oauth/token", REFRESH);
  assert.ok(asked >= 2 && asked <= 4, `${asked} times in twelve seconds`);
});

for (const path of ["@evil.example/", ".evil.example/", ":1/", "//evil.example/", "v1/me"]) {
  test(`a_token_goes_to_the_issuer_alone: ${path}`, async (t) => {
    const w = await signedIn(t);
    w.portico.instead = () => Response.json({});
    await w.host.fetch(path);
    assert.equal(w.portico.requests.at(-1).url.origin, ISSUER);
  });
}
