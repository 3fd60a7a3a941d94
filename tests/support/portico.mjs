// The real binary, started and spoken to the way an operator would.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// The server reads every PORTICO_* variable as configuration.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PORTICO_")));
const built = fileURLToPath(new URL("../../target/release/portico", import.meta.url));

export function binary() {
  const path = process.env.PORTICO_BIN ?? built;
  if (!existsSync(path)) throw new Error(`${path} is not built: cargo build --release -p portico`);
  return path;
}

/** Starts a process that serves; resolves with the first match of `ready` in what it prints. */
function start(args, ready, cwd) {
  const child = spawn(binary(), args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stderr.on("data", (piece) => (printed += piece));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    return exited;
  };
  return new Promise((resolve, reject) => {
    const give_up = setTimeout(() => stop().then(() => reject(new Error(`not ready in time: ${printed}`))), 20_000);
    exited.then((code) => reject(new Error(`portico ${args[0]} ended with ${code}: ${printed}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      printed += `${line}\n`;
      const match = ready.exec(line);
      if (!match) return;
      clearTimeout(give_up);
      resolve({ match, stop });
    });
  });
}

/** `portico serve` on a fresh data folder, with more flags that override the usual ones. */
export async function serve(...more) {
  const folder = mkdtempSync(join(tmpdir(), "portico-"));
  const data = join(folder, "data");
  const listen = more.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const args = ["serve", "--data", data, "--admin-listen", "127.0.0.1:0", ...listen, ...more];
  const { match, stop } = await start(args, /^portico: ready on (http:\S+) \(admin (http:\S+)\)$/, folder);

  const cli = (words, input = "") => {
    const done = spawnSync(binary(), [...words, "--data", data], { input, env, encoding: "utf8", timeout: 60_000 });
    if (done.status !== 0) throw new Error(`portico ${words.join(" ")}: exit ${done.status}: ${done.stderr}`);
    return JSON.parse(done.stdout);
  };
  return {
    issuer: match[1],
    admin: match[2],
    adminToken: () => readFileSync(join(data, "admin.token"), "utf8").trim(),
    cli,
    register: (kind, document) => cli([kind, "register", "-"], JSON.stringify(document)),
    createPerson: (name, username, password, ...more) =>
      cli(["users", "create", "--name", name, "--username", username, ...more, "--password-stdin"], password),
    stop: async () => {
      const code = await stop();
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** `portico demo`; its address is the first that it prints. */
export async function demo() {
  const { match, stop } = await start(["demo", "--listen", "127.0.0.1:0"], /(http:\/\/[^\s)]+)/, tmpdir());
  return { url: match[1], stop };
}

/** A W3C MiniApp manifest with Portico's own part. */
export function manifest(appId, kind, permissions, portico, optional = []) {
  const wanted = (names) => names.map((name) => ({ name, reason: `so that we can use ${name}` }));
  return {
    app_id: appId,
    name: appId.split(".").at(-1),
    icons: [{ src: "https://app.example/48.png", sizes: "48x48" }],
    version: { code: 1, name: "1.0.0" },
    platform_version: { min_code: 1 },
    pages: ["pages/index/index"],
    req_permissions: wanted(permissions),
    portico: { developer: "acme", kind, optional_permissions: wanted(optional), ...portico },
  };
}

/** Polls until the answer is truthy, and gives it back. */
export async function waitFor(ask, what, milliseconds = 15_000) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not come in time`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A port that nothing listens on. */
export async function freePort() {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
