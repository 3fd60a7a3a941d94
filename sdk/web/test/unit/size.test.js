import assert from "node:assert/strict";
import { test } from "node:test";
import { size } from "../../build/size.js";

for (const entry of ["host", "mini-program", "wx"]) {
  test(`${entry} is at most 6 kB with everything it imports, minified and gzipped`, async (t) => {
    const bytes = await size(entry);
    t.diagnostic(`${entry}: ${bytes} bytes`);
    assert.ok(bytes <= 6_000, `${bytes} bytes`);
  });
}
