// The quick start, as it stands in the guides.

import { transformSync } from "@babel/core";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const guide = readFileSync(join(__dirname, "../../../../docs/guides/quick-start-react-native.md"), "utf8");

/** The guide's blocks in that language, in their order. */
export function blocks(language: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, text = ""]) => text);
}

/** Runs a module that is written in TypeScript, with these modules and those of the package. */
export function run(source: string, modules: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filename = join(__dirname, "../story/quick-start.tsx");
  const code = transformSync(source, { filename, presets: ["module:@react-native/babel-preset"] })?.code ?? "";
  const module = { exports: {} as Record<string, unknown> };
  const find = (name: string): unknown => modules[name] ?? jest.requireActual(name);
  new Function("require", "module", "exports", code)(find, module, module.exports);
  return module.exports;
}
