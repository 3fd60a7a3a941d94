import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fifty } from "./fifty.js";

const ROUNDS = 6;
const MOST_MS = 100;

let town;
before(async () => {
  town = await fifty();
});
after(async () => {
  if (town) assert.equal(await town.close(), 0);
});

for (const way of ["signOutHere", "signOutElsewhere"]) {
  test(`the_last_of_50_open_mini_programs_hears_of_the_end_within_100_ms: ${way}`, async (t) => {
    const took = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      await town.open();
      took.push(await town[way]());
    }
    took.shift(); // the first loads everything
    t.diagnostic(`${way}: ${took.map((ms) => ms.toFixed(1)).join(" ")} ms`);
    // One round may fall into a pause of the machine's; `npm run expiry` measures the p99.
    assert.ok(took.sort((a, b) => a - b).at(-2) <= MOST_MS, `${took} ms`);
  });
}
