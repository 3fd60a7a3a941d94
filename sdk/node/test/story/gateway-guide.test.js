// The programs in GATEWAY.md, as they stand there but for the addresses.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { fakePortico, LIVE, SECRET, SHOP } from "../support/portico.js";

const package_ = fileURLToPath(new URL("../../", import.meta.url));
const programs = [...readFileSync(join(package_, "GATEWAY.md"), "utf8").matchAll(/^```js\n(.*?)^```$/gms)].map(([, text]) => text);

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answered(url, init) {
  for (const deadline = Date.now() + 20_000; ; ) {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

for (const framework of ["express", "koa", "fastify"]) {
  test(`the program for ${framework} lets a caller in, and names them as the app does`, async () => {
    const portico = await fakePortico();
    const port = await freePort();
    const text = programs.find((program) => program.includes(`@portico/node/${framework}`));
    // Inside the package, so that its own name leads to it.
    const folder = mkdtempSync(join(package_, "test", "readme-"));
    const file = join(folder, "app.mjs");
    writeFileSync(file, text.replaceAll("https://id.example", portico.issuer).replaceAll("3000", String(port)));
    const child = spawn(process.execPath, [file], { env: { ...process.env, LIVE_SECRET: SECRET }, stdio: "inherit" });
    try {
      const url = `http://localhost:${port}/me`;
      assert.equal((await answered(url)).status, 401);
      const headers = { authorization: `Bearer ${portico.launch()}` };
      assert.deepEqual(await (await fetch(url, { headers })).json(), { openid: "o-alice-live" });
      assert.equal((await fetch(`${url}?openid=o-bob-live`, { headers })).status, 403);
    } finally {
      child.kill();
      await portico.stop();
      rmSync(folder, { recursive: true });
    }
  });
}

test("each takes ten lines beside its imports", () => {
  const quick = programs.slice(0, 3).map((text) => text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("import")));
  assert.deepEqual(quick.map((lines) => lines.length <= 10), [true, true, true]);
  assert.ok([LIVE, SHOP].every((id) => programs[0].includes(id)));
});
