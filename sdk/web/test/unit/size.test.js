import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { size } from "../../build/size.js";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

for (const entry of ["host", "mini-program", "wx"]) {
  test(`${entry} is at most 6 kB with everything it imports, minified and gzipped`, async (t) => {
    const bytes = await size(entry);
    t.diagnostic(`${entry}: ${bytes} bytes`);
    assert.ok(bytes <= 6_000, `${bytes} bytes`);
    const [, written] = new RegExp(`^\\| \`@portico/web/${entry}\` .* (\\d\\.\\d) kB \\|$`, "m").exec(readme) ?? [];
    assert.equal(written, (bytes / 1000).toFixed(1), "as the README says");
  });
}
