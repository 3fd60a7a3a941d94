// The quick start, and the programs in the README: what stands there, but for the addresses, before the real server.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { claims, freePort, house, waitFor } from "../support/house.js";

const here = fileURLToPath(new URL("../../", import.meta.url));
const APP = "org.example.taxi";

/** The blocks of a page that are in a language, in their order. */
function blocks(path, language) {
  const text = readFileSync(join(here, path), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block);
}

const guide = "../../docs/guides/quick-start-node.md";
const commands = blocks(guide, "sh").slice(1);
const [manifest, ...answers] = blocks(guide, "json");
const programs = { "quick-start": blocks(guide, "js")[0] };
for (const [at, framework] of ["express", "koa", "fastify"].entries()) programs[framework] = blocks("README.md", "js")[at];

let portico, folder, port, secret;
before(async () => {
  portico = await house();
  port = await freePort();
  const text = manifest.replace("https://taxi.example/logout", `http://127.0.0.1:${port}/logout`);
  secret = portico.cli(["apps", "register", "-"], text).client_secret;
  // Inside the package, so that its own name leads to it.
  folder = mkdtempSync(join(here, "test", "guide-"));
});
after(async () => {
  if (folder) rmSync(folder, { recursive: true });
  await portico?.stop();
});

const local = (text) => text.replaceAll("https://id.example", portico.issuer).replaceAll("3000", String(port));

/** Runs a program until the test is over. */
async function run(name, context) {
  const file = join(folder, `${name}.js`);
  writeFileSync(file, local(programs[name]));
  const child = spawn(process.execPath, [file], { env: { PATH: process.env.PATH, CLIENT_SECRET: secret }, stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  context.after(() => new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill();
  }));
  await waitFor(() => fetch(`http://localhost:${port}/`).then(() => true, () => false), "the program");
  return lines;
}

test("every command of the quick start answers what it says", async (context) => {
  const lines = await run("quick-start", context);
  const ana = await portico.signIn();
  const token = await ana.open(APP);
  const does = (at) => {
    const done = spawnSync("sh", ["-c", local(commands[at])], { env: { ...process.env, TOKEN: token }, encoding: "utf8" });
    return done.stdout.trim() === answers[at].trim() || `${commands[at]}${done.stdout}${done.stderr}`;
  };
  assert.deepEqual([commands.length, answers.length], [5, 5]);
  assert.equal(does(0), true);
  assert.equal(does(1), true);
  await waitFor(() => lines.includes(`a ride for ${claims(token).sub}`), "the OpenID");
  await ana.keep(APP, "openid profile.basic");
  await waitFor(() => does(2) === true, "the withdrawal", 2000);
  assert.equal(does(3), true);
  await ana.signOut();
  await waitFor(() => does(4) === true, "the end", 2000);
  await waitFor(() => lines.includes(`over: ${claims(token).sid}`), "the logout");
});

for (const name of ["express", "koa", "fastify"]) {
  test(`the program for ${name} in the README knows who calls`, async (context) => {
    await run(name, context);
    const token = await (await portico.signIn()).open(APP);
    const ask = (headers) => fetch(`http://localhost:${port}/me`, { headers });
    assert.equal((await ask({})).status, 401);
    assert.deepEqual(await (await ask({ authorization: `Bearer ${token}` })).json(), { userId: claims(token).sub });
  });
}
