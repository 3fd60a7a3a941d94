import assert from "node:assert/strict";
import { test } from "node:test";

import { InvalidToken, Unavailable } from "../../../dist/index.js";
import { frame, staged, vectors } from "../../support/vectors.js";

const tokens = vectors("tokens");
const named = (name) => tokens.cases.find((one) => one.name === name).token;
const good = named("a launch token is good");
const next = named("a token whose key was published since is good after the key set was read again");
const stranger = named("a token of a key that nobody publishes is refused after the key set was read again");

/** A stage whose key set answers when the test says so. */
function held() {
  const stage = staged(tokens);
  const { keySet } = stage;
  const waiting = [];
  stage.keySet = (reading) => new Promise((resolve, reject) => {
    waiting.push({ resolve: () => resolve(keySet(reading)), fail: () => reject(new Unavailable("no")) });
  });
  return { stage, waiting };
}

test("many who need the keys at once read them once", async () => {
  const { stage, waiting } = held();
  await stage.live();
  const answers = Promise.all(Array.from({ length: 50 }, () => stage.portico.validate(good)));
  await new Promise(setImmediate);
  waiting[0].resolve();
  assert.equal(new Set((await answers).map(({ userId }) => userId)).size, 1);
  assert.equal(stage.keyReads, 1);
});

test("while rotated keys are read, those of before go on, and tokens of the next wait for them", async () => {
  const { stage, waiting } = held();
  await stage.live();
  const first = stage.portico.validate(good);
  await new Promise(setImmediate);
  waiting[0].resolve();
  await first;
  await stage.hear(frame("keys_rotated"));
  assert.equal(stage.keyReads, 2);
  await stage.portico.validate(good);
  const under = Promise.all(Array.from({ length: 50 }, () => stage.portico.validate(next)));
  await new Promise(setImmediate);
  waiting[1].resolve();
  assert.equal((await under).length, 50);
  assert.equal(stage.keyReads, 2);
  assert.deepEqual(stage.introspected, []);
});

test("keys that are rotated while they are read are read once more", async () => {
  const { stage, waiting } = held();
  await stage.live();
  const first = stage.portico.validate(good);
  await new Promise(setImmediate);
  await stage.hear(frame("keys_rotated"));
  waiting[0].resolve();
  await new Promise(setImmediate);
  assert.equal(stage.keyReads, 2);
  waiting[1].resolve();
  await first;
});

test("strangers' keys have the set read every five seconds at most", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  for (const [at, reads] of [[0, 2], [1, 2], [1900, 2]]) {
    stage.clock.milliseconds = at;
    await assert.rejects(stage.portico.validate(stranger), InvalidToken);
    assert.equal(stage.keyReads, reads);
  }
  for (let at = 2000; at <= 5000; at += 1000) {
    stage.clock.milliseconds = at;
    await stage.hear(frame("ping"));
  }
  await assert.rejects(stage.portico.validate(stranger), InvalidToken);
  assert.equal(stage.keyReads, 3);
});

test("where the keys cannot be read, Portico is asked about the token", async () => {
  const stage = staged(tokens);
  await stage.live();
  stage.keySet = () => ({ nothing: true });
  await assert.rejects(stage.portico.validate(good), InvalidToken);
  assert.equal(stage.introspected.length, 1);
});

test("where rotated keys cannot be read, those of before go on, and Portico is asked about the rest", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  stage.keySet = () => ({ keys: "none" });
  await stage.hear(frame("keys_rotated"));
  assert.match(stage.problems.at(-1), /key set cannot be read/);
  await stage.portico.validate(good);
  for (let count = 1; count <= 3; count++) {
    await assert.rejects(stage.portico.validate(next), InvalidToken);
    assert.equal(stage.introspected.length, count);
  }
  assert.equal(stage.keyReads, 2);
});

test("rotated keys that could not be read are read at a later word of the feed, tried once a second and told once", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  stage.keySet = () => ({ keys: "none" });
  await stage.hear(frame("keys_rotated"));
  for (const [at, reads] of [[0, 2], [999, 2], [1000, 3], [1999, 3], [2000, 4]]) {
    stage.clock.milliseconds = at;
    await stage.hear(frame("ping"));
    await stage.portico.validate(good);
    assert.equal(stage.keyReads, reads, `at ${at}`);
  }
  stage.keySet = () => ({ keys: vectors("keys").then.keys.filter(({ kid }) => kid !== "ed25519-today") });
  stage.clock.milliseconds = 3000;
  await stage.hear(frame("ping"));
  await assert.rejects(stage.portico.validate(good), InvalidToken);
  const { keyReads } = stage;
  stage.clock.milliseconds = 4000;
  await stage.hear(frame("ping"));
  assert.equal(stage.keyReads, keyReads);
  assert.equal(stage.problems.filter((problem) => /key set/.test(problem)).length, 1);
});

test("a failure to read the keys is remembered for a second from when it is known", async () => {
  const { stage, waiting } = held();
  await stage.live();
  const first = stage.portico.validate(good);
  await new Promise(setImmediate);
  stage.clock.milliseconds = 900;
  waiting[0].fail();
  await assert.rejects(first, InvalidToken);
  stage.clock.milliseconds = 1899;
  await assert.rejects(stage.portico.validate(good), InvalidToken);
  assert.deepEqual([stage.keyReads, stage.introspected.length], [1, 2]);
  stage.clock.milliseconds = 1900;
  const later = stage.portico.validate(good);
  await new Promise(setImmediate);
  waiting[1].resolve();
  assert.equal((await later).actor, "super.app");
});

test("a token that was verified is refused once its key is not published any more", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  stage.keySet = () => ({ keys: vectors("keys").then.keys.filter(({ kid }) => kid !== "ed25519-today") });
  await stage.hear(frame("keys_rotated"));
  await assert.rejects(stage.portico.validate(good), InvalidToken);
  assert.deepEqual(stage.introspected, []);
});

test("a token that was verified expires all the same", async () => {
  const stage = staged(tokens);
  await stage.live();
  const { expiresAt } = await stage.portico.validate(good);
  stage.clock.milliseconds = (expiresAt - tokens.now) * 1000;
  await stage.hear(frame("ping"));
  await assert.rejects(stage.portico.validate(good), InvalidToken);
});

test("a key that is taken away in silence goes once the set is five minutes old, and those of before go on while it cannot be read", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  const pings = async (from, to) => {
    for (stage.clock.milliseconds = from; stage.clock.milliseconds < to; stage.clock.milliseconds += 1000) await stage.hear(frame("ping"));
  };
  await pings(1000, 300_000);
  assert.equal(stage.keyReads, 1);
  stage.keySet = () => ({ keys: "none" });
  await pings(300_000, 301_000);
  await stage.portico.validate(good);
  assert.equal(stage.keyReads, 2);
  stage.keySet = () => ({ keys: vectors("keys").then.keys.filter(({ kid }) => kid !== "ed25519-today") });
  await pings(301_000, 302_000);
  assert.equal(stage.keyReads, 3);
  await assert.rejects(stage.portico.validate(good), InvalidToken);
  assert.deepEqual(stage.introspected, []);
});

test("a key set that passed the night with the machine is read again at the first word", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  Object.assign(stage.clock, { milliseconds: 1000, timeOfDay: 300_000 });
  await stage.hear(frame("ping"));
  assert.equal(stage.keyReads, 2);
});

test("a token that was verified is verified anew where another key is published under its key's id", async () => {
  const stage = staged(tokens);
  await stage.live();
  await stage.portico.validate(good);
  const { keys } = vectors("keys").then;
  const [other] = keys.filter(({ alg, kid }) => alg === "EdDSA" && kid !== "ed25519-today");
  stage.keySet = () => ({ keys: keys.map((key) => (key.kid === "ed25519-today" ? { ...other, kid: key.kid } : key)) });
  await stage.hear(frame("keys_rotated"));
  await assert.rejects(stage.portico.validate(good), InvalidToken);
});
