// The messages of the bridge are one with the browser's package: its `./messages`, with all that it leans on, is
// brought into this one when it is built, so that what is published needs no other package.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

const web = new URL("../../web/", import.meta.url);
const to = new URL("../src/messages/", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", web), "utf8"));
const entry = new URL(exports["./messages"].default.replace("/dist/", "/src/").replace(/\.js$/, ".ts"), web);

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
const files = new Map([[basename(entry.pathname), entry]]);
for (const [name, file] of files) {
  const source = readFileSync(file, "utf8").replace(/ from "(\.\/[\w-]+)\.js";$/gm, (_, path) => {
    files.set(basename(`${path}.ts`), new URL(`${path}.ts`, file));
    return ` from "${path}";`;
  });
  if (/ from "(?!\.\/)/.test(source)) throw new Error(`${name} leans on what cannot be shared`);
  writeFileSync(new URL(name, to), source);
}
