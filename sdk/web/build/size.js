import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes of an entry point as a page would load it: bundled with everything it imports, minified, gzipped. */
export async function size(entry) {
  const { outputFiles } = await build({
    entryPoints: [new URL(`../dist/${entry}/index.js`, import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}
