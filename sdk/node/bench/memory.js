// What a feed of 100,000 live grants, ended sessions and revoked tokens takes: `node --expose-gc bench/memory.js`.

import { randomBytes } from "node:crypto";

import { Following } from "../dist/back-end/feed/following.js";
import { Standing } from "../dist/back-end/feed/standing.js";

const COUNT = 100_000;
const LIMIT = 64;
const START = { wall: 0, steady: 0 };
const SCOPES = ["openid", "openid profile.basic", "openid profile.basic phone.verified", "openid profile.basic phone.verified email.verified"];

/** What is in use, in MB: the heap, and what lies beside it. */
function used() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

const standing = new Standing();
const following = new Following(standing, { mayDiffer: () => undefined, readAgainIfStale: () => undefined });
const say = (name, data) => following.receive(Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\nid: ${randomBytes(21).toString("base64url")}\n\n`), START);
const id = () => randomBytes(21).toString("base64url");
following.opened();
say("reset", {});
const before = used();
let last = before;
const report = (what) => {
  const now = used();
  console.log(`${COUNT} ${what}: ${(now - last).toFixed(1)} MB`);
  last = now;
};
for (let at = 0; at < COUNT; at++) say("grant_changed", { scope: SCOPES[at % SCOPES.length], sub: id() });
report("grants");
for (let at = 0; at < COUNT; at++) say("session_ended", { sid: id() });
report("ended sessions");
for (let at = 0; at < COUNT; at++) say("token_revoked", { jti: `jti_${randomBytes(16).toString("hex")}` });
report("revoked tokens");
say("caught_up", {});
const whole = last - before;
console.log(`all together: ${whole.toFixed(1)} MB`);
// Used after the last look, so that nothing of it was let go before.
if (!standing.isLive(START) || whole > LIMIT) {
  console.error(`more than ${LIMIT} MB`);
  process.exitCode = 1;
}
