// What was ended is refused within two seconds, whatever becomes of the feed, the keys and the server.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as pass } from "node:timers/promises";

import { createPortico, InvalidToken, Unavailable } from "../../dist/index.js";
import { freePort, house, waitFor } from "../support/house.js";
import { proxy } from "../support/proxy.js";

const APP = "org.example.taxi";

let between, portico, backEnd;
const problems = [];

before(async () => {
  between = await proxy();
  const listen = `127.0.0.1:${await freePort()}`;
  between.upstream = `http://${listen}`;
  portico = await house("--issuer", between.url, "--listen", listen);
  const { client_secret: clientSecret } = portico.register(APP);
  backEnd = createPortico({ issuer: between.url, clientId: APP, clientSecret, onProblem: ({ message }) => problems.push(message) });
  await backEnd.ready();
});
after(async () => {
  backEnd?.close();
  await portico?.stop();
  await between?.stop();
});

test("a sign-out is heard within the bound, without a question to Portico", async () => {
  const ana = await portico.signIn();
  const token = await ana.open(APP);
  between.asked();
  assert.equal((await backEnd.validate(token)).actor, "super.app");
  await ana.signOut();
  const since = performance.now();
  await waitFor(() => backEnd.validate(token).then(() => false, (error) => error instanceof InvalidToken), "the refusal", 2000);
  assert.ok(performance.now() - since < 2000);
  assert.equal(between.asked(), 0);
});

test("where the feed falls silent, Portico is asked after two seconds, and not before", async () => {
  const ana = await portico.signIn();
  const token = await ana.open(APP);
  await backEnd.validate(token);
  between.asked();
  between.isSilent = true;
  const since = performance.now();
  await ana.signOut();
  // The feed cannot say so: by itself, the back end would not know.
  await backEnd.validate(token);
  assert.equal(between.asked(), 0);
  await pass(2000 - (performance.now() - since));
  await assert.rejects(backEnd.validate(token), InvalidToken);
  assert.equal(between.asked(), 1);
  between.speak();
  await waitFor(() => backEnd.isLive, "the feed");
  await assert.rejects(backEnd.validate(token), InvalidToken);
  assert.equal(between.asked(), 0);
});

test("a feed that is cut off is resumed, and what was missed is known", async () => {
  const ana = await portico.signIn();
  const token = await ana.open(APP);
  await backEnd.validate(token);
  between.asked();
  between.cut();
  await ana.signOut();
  await waitFor(() => between.requests.includes("/v1/feed"), "the next connection");
  await waitFor(() => backEnd.validate(token).then(() => false, (error) => error instanceof InvalidToken), "the refusal", 2000);
  assert.ok(backEnd.isLive);
});

test("keys are rotated under load without an error", async () => {
  const ana = await portico.signIn();
  await ana.open(APP);
  const found = new Set();
  let isOver = false;
  const load = async () => {
    while (!isOver) {
      const token = await ana.launch(APP);
      found.add((await backEnd.validate(token)).userId);
    }
  };
  between.asked();
  const readings = () => between.requests.filter((path) => path === "/oauth/jwks").length;
  const workers = Array.from({ length: 4 }, load);
  for (let rotation = 1; rotation <= 3; rotation++) {
    const answer = await fetch(`${portico.admin}/admin/v1/keys/rotate`, {
      method: "POST", headers: { authorization: `Bearer ${portico.adminToken()}`, "content-type": "application/json" }, body: "{}",
    });
    assert.ok(answer.ok, `${answer.status}`);
    // Each time three keys are others, which is said thrice and read at most twice.
    await waitFor(() => readings() >= rotation, `reading ${rotation}`);
  }
  isOver = true;
  await Promise.all(workers);
  assert.equal(found.size, 1);
  assert.ok(readings() <= 6, `${readings()} readings`);
  assert.equal(between.asked(), 0);
});

test("a back end with a key of its own opens the feed and introspects", async () => {
  const app = "org.example.keyed";
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const jwk = (key) => ({ ...key.export({ format: "jwk" }), kid: "one", alg: "EdDSA" });
  portico.register(app, { backend: { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [{ ...jwk(publicKey), use: "sig" }] } } });
  const keyed = (more) => createPortico({ issuer: between.url, clientId: app, privateKey: { key: jwk(privateKey) }, ...more });
  const token = await (await portico.signIn()).open(app);
  const [following, asking] = [keyed(), keyed({ validate: "introspection" })];
  await following.ready();
  between.asked();
  const { userId } = await following.validate(token);
  assert.equal(between.asked(), 0);
  assert.equal((await asking.validate(token)).userId, userId);
  assert.equal(between.asked(), 1);
  await assert.rejects(backEnd.validate(token), InvalidToken);
  following.close();
  asking.close();
});

test("where Portico is down, good tokens are good for two seconds more, and then it cannot be told", async () => {
  const token = await (await portico.signIn()).open(APP);
  await backEnd.validate(token);
  between.isDown = true;
  between.cut();
  await backEnd.validate(token);
  await waitFor(() => !backEnd.isLive, "the silence", 2500);
  await assert.rejects(backEnd.validate(token), Unavailable);
  assert.ok(problems.length > 0 && problems.every((problem) => !problem.includes(token)));
  between.isDown = false;
  await waitFor(() => backEnd.validate(token).then(() => true, () => false), "the answer");
});
