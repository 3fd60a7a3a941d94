import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { binary, freePort, waitFor } from "../../../../tests/support/portico.mjs";
import { browser, PASSWORD, signIn } from "./town.js";

const root = new URL("../../../../", import.meta.url);
const guide = readFileSync(new URL("docs/guides/quick-start-web.md", root), "utf8");

/** The guide's blocks of one kind, in order. */
const blocks = (kind) => [...guide.matchAll(kind)].map(([, text]) => text);
const RUN = /<!-- run -->\n```sh\n(.*?)^```$/gms;
const SERVE = /<!-- serve -->\n```sh\n(.*?)^```$/gms;
const PAGE = /^```html\n(.*?)^```$/gms;

const folder = mkdtempSync(join(tmpdir(), "quick-start-"));
const running = [];
let chromium, ports, env;

/** The same with ports that are free here. */
const here = (text) => text.replace(/\b(8080|3000|3001)\b/g, (port) => ports[port]);

function serve(line) {
  const admin = line.startsWith("portico") ? ` --listen 127.0.0.1:${ports[8080]} --admin-listen 127.0.0.1:0` : "";
  const child = spawn("sh", ["-c", `exec ${here(line)}${admin}`], { cwd: folder, env, stdio: "ignore" });
  running.push({ child, gone: new Promise((resolve) => child.once("exit", resolve)) });
}

const answers = (url) => waitFor(() => fetch(url).then(() => true, () => false), url);

before(async () => {
  ports = { 8080: await freePort(), 3000: await freePort(), 3001: await freePort() };
  mkdirSync(join(folder, "bin"));
  symlinkSync(binary(), join(folder, "bin/portico"));
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith("PORTICO_"));
  env = {
    ...Object.fromEntries(others),
    PATH: `${join(folder, "bin")}:${process.env.PATH}`,
    PORTICO: fileURLToPath(root).replace(/\/$/, ""),
  };
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  for (const { child, gone } of running) {
    child.kill("SIGTERM");
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

test("the_quick_start_does_what_it_says", async () => {
  const [server, sites] = blocks(SERVE);
  serve(server.trim());
  await answers(`http://127.0.0.1:${ports[8080]}/health/live`);

  const [host, taxi] = blocks(PAGE);
  for (const [name, text] of [["super-app", host], ["taxi", taxi]]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "index.html"), here(text));
  }
  for (const commands of blocks(RUN)) {
    const options = { cwd: folder, env, input: here(commands), encoding: "utf8", timeout: 60_000 };
    const done = spawnSync("sh", ["-e"], options);
    assert.equal(done.status, 0, done.stderr);
  }
  for (const line of sites.trim().split("\n")) serve(line);
  await answers(`http://127.0.0.1:${ports[3000]}/`);
  await answers(`http://127.0.0.1:${ports[3001]}/`);

  assert.ok(guide.includes(PASSWORD));
  const page = await chromium.newPage();
  await page.goto(`http://localhost:${ports[3000]}/`);
  await signIn(page);
  await page.getByRole("button", { name: "Taxi" }).click();
  await page.getByRole("button", { name: /^allow/i }).click();
  await page.frameLocator("iframe").getByText("Hello, Ana Markou.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Signed out: signed_out").waitFor();
});

test("the_quick_start_shows_the_same_host_as_the_example", () => {
  const example = readFileSync(new URL("../../examples/host.html", import.meta.url), "utf8");
  const [host] = blocks(PAGE);
  const local = example
    .replace("https://id.example", "http://127.0.0.1:8080")
    .replace("https://app.example", "http://localhost:3000")
    .replace("https://taxi.example", "http://127.0.0.1:3001");
  assert.equal(host, local);
});
