// What the registry would give of an npm package, in a project of its own.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 120_000 });
  return { status, said: `${stdout}${stderr}` };
}

/** A project without a word about modules in its `package.json`, which has the package in the folder `root` installed. */
export function project(root) {
  const from = fileURLToPath(root);
  const { name, exports, dependencies } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
  const folder = mkdtempSync(join(tmpdir(), "packed-"));
  const at = join(folder, "node_modules", name);
  const must = (command, args) => {
    const { status, said } = run(command, args, from);
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${status}: ${said}`);
  };
  mkdirSync(at, { recursive: true });
  must("npm", ["pack", "--offline", "--ignore-scripts", "--pack-destination", folder]);
  const archive = `${name.replace("@", "").replace("/", "-")}-`;
  must("sh", ["-c", `tar -xzf "$1"/"$2"*.tgz -C "$3" --strip-components=1`, "sh", folder, archive, at]);
  for (const needed of ["@types", ...Object.keys(dependencies ?? {})]) {
    const link = join(folder, "node_modules", needed);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(from, "node_modules", needed), link);
  }
  writeFileSync(join(folder, "package.json"), "{}\n");
  return {
    /** Everything that can be imported of it. */
    entries: Object.keys(exports).map((entry) => `${name}${entry.slice(1)}`),
    /** What the compiler that the package is built with has against `text`; nothing, where it is content. */
    complaints: (text, ...options) => {
      writeFileSync(join(folder, "page.ts"), text);
      const tsc = join(from, "node_modules/typescript/bin/tsc");
      const { status, said } = run(process.execPath, [tsc, "--strict", "--noEmit", ...options, "page.ts"], folder);
      return status === 0 ? "" : said || `exit ${status}`;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** How projects say where imports lead: that of `--module commonjs` alone is `node10`, which knows no `exports`. */
export const RESOLUTIONS = [
  ["--module", "commonjs"],
  ["--module", "esnext", "--moduleResolution", "node10"],
  ["--module", "esnext", "--moduleResolution", "bundler"],
  ["--module", "nodenext"],
];
