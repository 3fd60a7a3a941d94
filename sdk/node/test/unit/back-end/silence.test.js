// What is known without the feed, and what is asked then.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, test } from "node:test";

import { InvalidToken, Unavailable } from "../../../dist/index.js";
import { secretBasic } from "../../../dist/back-end/credentials.js";
import { connectTo } from "../../../dist/back-end/feed/connection.js";
import { frame, staged, vectors } from "../../support/vectors.js";

const tokens = vectors("tokens");
const [{ token: good }] = tokens.cases;
const logouts = vectors("logout").cases;

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const read = (text) => JSON.parse(Buffer.from(text, "base64url"));

/** Three hundred tokens, each another. */
function many(change) {
  const [head, claims, signature] = good.split(".");
  return Array.from({ length: 300 }, (_, number) => change(read(head), read(claims), signature, number))
    .map(([header, payload, signed]) => [part(header), part(payload), signed].join("."));
}

describe("three hundred tokens at once that were never good are no question of a silent feed", () => {
  for (const [name, change, reads] of [
    ["of another app", (head, claims, signature, number) => [head, { ...claims, aud: `org.example.${number}` }, signature], 0],
    ["that have expired", (head, claims, signature, number) => [head, { ...claims, iat: number, exp: number + 1 }, signature], 0],
    ["of another type", (head, claims, signature, number) => [{ ...head, typ: `x${number}` }, claims, signature], 0],
    ["that nobody signed", (head, claims, signature, number) => [head, { ...claims, jti: `jti_${number}` }, signature], 1],
    ["of keys that nobody has", (head, claims, signature, number) => [{ ...head, kid: `key ${number}` }, claims, signature], 2],
  ]) {
    test(name, async () => {
      const stage = staged(tokens, { validate: "introspection" });
      for (const answer of await Promise.allSettled(many(change).map((token) => stage.portico.validate(token)))) {
        assert.ok(answer.reason instanceof InvalidToken);
      }
      assert.deepEqual([stage.introspected.length, stage.keyReads], [0, reads]);
    });
  }
});

for (const name of ["a logout token ends its session", "a session without a person is enough", "a person without a session is enough"]) {
  test(`what was logged out is refused where the feed began anew and where it is silent: ${name}`, async () => {
    const stage = staged(tokens);
    await stage.live();
    await stage.portico.validate(good);
    const { body } = logouts.find((one) => one.name === name);
    const answer = await stage.portico.receiveLogout("application/x-www-form-urlencoded", body, () => undefined);
    assert.equal(answer.status, 200);
    await stage.hear(frame("reset") + frame("caught_up"));
    await assert.rejects(stage.portico.validate(good), InvalidToken);
    stage.clock.milliseconds = 60_000;
    await assert.rejects(stage.portico.validate(good), InvalidToken);
    assert.deepEqual(stage.introspected, []);
  });
}

test("a feed whose head never ends is given up", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).write("HTTP/1.1 200 OK\r\n");
    const trickle = setInterval(() => socket.write("x: y\r\n"), 10);
    socket.on("close", () => clearInterval(trickle));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const connect = connectTo(`http://127.0.0.1:${server.address().port}`, secretBasic("app", "secret"), 100);
  await assert.rejects(connect(undefined, new AbortController().signal), /does not open/);
  server.close();
});

test("a word that came while the process stood brings nothing back, and the next does", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  const passes = async (from, to) => {
    for (let at = from; at <= to; at += 250) {
      stage.clock.milliseconds = at;
      stage.look();
      if (at % 1000 === 0) await stage.hear(frame("ping"));
    }
  };
  await passes(250, 3000);
  assert.ok(stage.portico.isLive);
  // It stands for five seconds. Whether it looks first or hears first, what waited is from before.
  for (const [at, first] of [[8000, () => stage.look()], [14_000, () => undefined]]) {
    stage.clock.milliseconds = at;
    first();
    await stage.hear(frame("ping"));
    assert.ok(!stage.portico.isLive);
    await assert.rejects(stage.portico.validate(good), InvalidToken);
    assert.equal(stage.introspected.splice(0).length, 1);
    await passes(at + 250, at + 1000);
    assert.ok(stage.portico.isLive);
  }
});

test("while the keys cannot be read, few tokens that nobody can verify are asked about at once", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  stage.keySet = () => ({ keys: "none" });
  await stage.hear(frame("keys_rotated"));
  for (const round of [1, 2]) {
    const invented = many((head, claims, signature, number) => [{ ...head, kid: `key ${round} ${number}` }, claims, signature]);
    const answers = await Promise.allSettled(invented.map((token) => stage.portico.validate(token)));
    assert.equal(answers.filter(({ reason }) => reason instanceof Unavailable).length, 280);
    assert.equal(stage.introspected.splice(0).length, 20);
  }
});
