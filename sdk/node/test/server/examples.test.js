// The examples, as they stand there, before the real server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { claims, freePort, house, waitFor } from "../support/house.js";

/** What was ended must be refused after so long; without a hitch it is after a few milliseconds. */
const BOUND = 2000;

let portico;
before(async () => (portico = await house()));
after(async () => assert.equal(await portico?.stop(), 0));

/** An example as a process of its own. */
async function started(example, { app_id: id, client_secret: secret }, port) {
  const file = fileURLToPath(new URL(`../../examples/${example}.js`, import.meta.url));
  const env = { PATH: process.env.PATH, ISSUER: portico.issuer, CLIENT_ID: id, CLIENT_SECRET: secret, PORT: String(port) };
  const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  await waitFor(() => lines.length > 0, example);
  const stop = () => new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill("SIGTERM");
  });
  return { lines, stop };
}

for (const framework of ["express", "koa", "fastify"]) {
  describe(framework, () => {
    const app = `org.example.${framework}`;
    let url, example;

    before(async () => {
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      example = await started(framework, portico.register(app, { backchannel_logout_uri: `${url}/logout` }), port);
    });
    after(async () => assert.equal(await example?.stop(), 0));

    const ask = (token, path = "/rides", method = "GET") =>
      fetch(url + path, { method, headers: token ? { authorization: `Bearer ${token}` } : {} });
    const refused = async (answer) => [answer.status, answer.headers.get("www-authenticate"), await answer.json()];

    test("who brings a good token is known by their OpenID, and who brings none is not let in", async () => {
      const token = await (await portico.signIn()).open(app);
      const answer = await ask(token);
      assert.deepEqual([answer.status, await answer.json()], [200, { userId: claims(token).sub, pickUp: "call" }]);
      assert.deepEqual(await refused(await ask()), [401, "Bearer", { error: "token_missing" }]);
      const bad = [401, 'Bearer error="invalid_token"', { error: "invalid_token" }];
      assert.deepEqual(await refused(await ask(`${token.slice(0, -4)}AAAA`)), bad);
      const answerOfCall = await ask(token, "/call", "POST");
      assert.deepEqual(await answerOfCall.json(), { calling: claims(token).sub });
    });

    test("after a scope was withdrawn, the one route says so and the other does with less", async () => {
      const ana = await portico.signIn();
      const token = await ana.open(app);
      assert.equal((await ask(token, "/call", "POST")).status, 200);
      await ana.keep(app, "openid profile.basic");
      await waitFor(async () => (await ask(token, "/call", "POST")).status === 403, "the withdrawal", BOUND);
      assert.deepEqual(await refused(await ask(token, "/call", "POST")), [
        403, 'Bearer error="insufficient_scope", scope="phone.verified"',
        { error: "insufficient_scope", scope: "phone.verified", withdrawn: true },
      ]);
      assert.equal((await (await ask(token)).json()).pickUp, "wait");
      await ana.keep(app, "openid");
      await waitFor(async () => (await ask(token)).status === 403, "the withdrawal", BOUND);
    });

    test("after sign-out the token is refused within the bound, and the logout arrives", async () => {
      const ana = await portico.signIn();
      const token = await ana.open(app);
      assert.equal((await ask(token)).status, 200);
      await ana.signOut();
      await waitFor(async () => (await ask(token)).status === 401, "the refusal", BOUND);
      await waitFor(() => example.lines.includes(`over: ${claims(token).sid}`), "the logout");
    });

    test("a logout that Portico did not sign is refused", async () => {
      const form = new URLSearchParams({ logout_token: "a.b.c" });
      const answer = await fetch(`${url}/logout`, { method: "POST", body: form });
      assert.deepEqual([answer.status, answer.headers.get("cache-control")], [400, "no-store"]);
      const json = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
      assert.equal((await fetch(`${url}/logout`, json)).status, 400);
    });
  });
}
