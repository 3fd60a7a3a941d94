// From sign-out to the last of 50 open mini-programs, in a real browser with the real server: `npm run expiry -- 100`.
import { fifty } from "../test/story/fifty.js";

const rounds = Number(process.argv[2] ?? 100);
const town = await fifty();
for (const way of ["signOutHere", "signOutElsewhere"]) {
  const took = [];
  for (let round = 0; round <= rounds; round += 1) {
    await town.open();
    took.push(await town[way]());
  }
  took.shift(); // the first loads everything
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.ceil(rounds * share) - 1].toFixed(1);
  console.log(`${way}: ${rounds} rounds, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`);
}
await town.close();
