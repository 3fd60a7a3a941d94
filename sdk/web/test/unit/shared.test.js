import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "../../dist/shared/emitter.js";
import { unverifiedClaims } from "../../dist/shared/jwt.js";
import { exactOrigin } from "../../dist/shared/origin.js";
import { covers, union, without } from "../../dist/shared/scope.js";
import { singleFlight } from "../../dist/shared/single-flight.js";
import { jwt } from "../fake/portico.js";

test("parallel_callers_share_one_flight_and_its_error", async () => {
  let runs = 0;
  const flight = singleFlight(async () => {
    runs += 1;
    if (runs === 2) throw new Error("second");
    return runs;
  });
  assert.deepEqual(await Promise.all([flight(), flight(), flight()]), [1, 1, 1]);
  const outcomes = await Promise.allSettled([flight(), flight()]);
  assert.deepEqual(
    outcomes.map((o) => o.status),
    ["rejected", "rejected"],
  );
  assert.equal(await flight(), 3, "a failed flight does not stay");
  assert.equal(runs, 3);
});

test("a_listener_that_is_gone_hears_nothing", () => {
  const emitter = new Emitter();
  const heard = [];
  const stop = emitter.on("x", (event) => heard.push(event));
  emitter.emit("x", 1);
  stop();
  stop();
  emitter.emit("x", 2);
  assert.deepEqual(heard, [1]);
});

test("claims_are_read_beside_any_utf8_and_from_nothing_else", () => {
  assert.equal(unverifiedClaims(jwt({ name: "王芳", sub: "a" })).sub, "a");
  for (const bad of ["", "a.b.c", "a", "a.W10.c", `a.${Buffer.from("null").toString("base64url")}.c`]) {
    assert.deepEqual({ ...unverifiedClaims(bad) }, {}, bad);
  }
});

test("only_https_and_loopback_are_origins", () => {
  assert.equal(exactOrigin("https://taxi.example/a?b#c"), "https://taxi.example");
  assert.equal(exactOrigin("http://127.0.0.1:8080/"), "http://127.0.0.1:8080");
  assert.equal(exactOrigin("http://localhost:8080"), "http://localhost:8080");
  assert.equal(exactOrigin("http://[::1]:1/"), "http://[::1]:1");
  for (const bad of [
    "*",
    "null",
    "",
    "http://taxi.example",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "blob:https://taxi.example/1",
    "file:///etc",
    "about:blank",
    "https://*.example",
    "http://user@localhost.evil.example",
    "http://127.0.0.1@taxi.example",
    "http://a.localhost:80@taxi.example",
  ]) {
    assert.throws(() => exactOrigin(bad), { code: "invalid_origin" }, bad);
  }
});

test("scopes_add_up_and_are_taken_away_whole", () => {
  assert.equal(union("openid a", "a b"), "openid a b");
  assert.equal(without("openid profile.basic profile", "profile"), "openid profile.basic");
  assert.equal(covers("openid a b", "b a"), true);
  assert.equal(covers("openid a", "a b"), false);
});
