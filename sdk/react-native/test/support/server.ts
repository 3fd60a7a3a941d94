// The real server, started and spoken to the way an operator would.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

// The server reads every PORTICO_* variable as configuration.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PORTICO_")));

export interface Server {
  readonly issuer: string;
  /** Runs a shell's commands as an operator would, in the folder that the server was started in. */
  shell(commands: string): void;
  /** Runs one of the operator's commands; the answer is what it prints. */
  cli(words: readonly string[], input?: string): Record<string, string>;
  register(kind: "hosts" | "developers" | "apps", document: object): Record<string, string>;
  stop(): Promise<void>;
}

/** `portico serve` on a fresh data folder. */
export async function serve(): Promise<Server> {
  const binary = process.env["PORTICO_BIN"];
  if (binary === undefined) throw new Error("PORTICO_BIN names no server: cargo build --release -p portico");
  const folder = mkdtempSync(join(tmpdir(), "portico-"));
  const data = join(folder, "portico-data");
  const addresses = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
  const child = spawn(binary, ["serve", "--data", data, ...addresses], { cwd: folder, env });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let complaints = "";
  child.stderr.on("data", (piece: Buffer) => (complaints += piece.toString()));
  const issuer = await new Promise<string>((resolve, reject) => {
    void exited.then((code) => reject(new Error(`portico serve ended with ${code}: ${complaints}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const ready = /^portico: ready on (http:\S+)/.exec(line);
      if (ready?.[1] !== undefined) resolve(ready[1]);
    });
  });
  const cli = (words: readonly string[], input = "") => {
    const done = spawnSync(binary, [...words, "--data", data], { input, env, encoding: "utf8", timeout: 60_000 });
    if (done.status !== 0) throw new Error(`portico ${words.join(" ")}: exit ${done.status}: ${done.stderr}`);
    return JSON.parse(done.stdout || "{}") as Record<string, string>;
  };
  return {
    issuer,
    shell: (commands) => {
      symlinkSync(binary, join(folder, "portico"));
      const path = `${folder}:${env["PATH"]}`;
      const done = spawnSync("bash", ["-euo", "pipefail", "-c", commands], {
        cwd: folder,
        env: { ...env, PATH: path },
        encoding: "utf8",
      });
      if (done.status !== 0) throw new Error(`exit ${done.status}: ${done.stdout}${done.stderr}`);
    },
    cli,
    register: (kind, document) => cli([kind, "register", "-"], JSON.stringify(document)),
    stop: async () => {
      child.kill("SIGTERM");
      expect(await exited).toBe(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A W3C MiniApp manifest with Portico's own part. */
export function manifest(
  appId: string,
  origin: string,
  permissions: readonly string[],
  optional: readonly string[] = [],
) {
  const wanted = (names: readonly string[]) => names.map((name) => ({ name, reason: `so that we can use ${name}` }));
  return {
    app_id: appId,
    name: appId.split(".").at(-1),
    icons: [{ src: "https://app.example/48.png", sizes: "48x48" }],
    version: { code: 1, name: "1.0.0" },
    platform_version: { min_code: 1 },
    pages: ["pages/index/index"],
    req_permissions: wanted(permissions),
    portico: {
      developer: "acme",
      kind: "webview",
      entry: `${origin}/`,
      origins: [origin],
      optional_permissions: wanted(optional),
      backend: { token_endpoint_auth_method: "client_secret_basic" },
    },
  };
}
