// How long a validation takes, with a live feed: `node bench/validate.js`.

import { generateKeyPairSync } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { SignJWT } from "jose";

import { Portico } from "../dist/back-end/portico.js";

const ISSUER = "https://id.example";
const APP = "org.example.taxi";
const COLD = 2000;
const WARM = 200_000;
const LIMIT = 60;

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "one", alg: "EdDSA", use: "sig" };
const token = (number) => new SignJWT({
  client_id: APP, sid: `session-${number}`, scope: "openid profile.basic phone.verified", act: { sub: "super.app" },
}).setProtectedHeader({ typ: "at+jwt", alg: "EdDSA", kid: "one" }).setIssuer(ISSUER).setAudience(APP)
  .setSubject(`person-${number}`).setJti(`jti-${number}`).setIssuedAt().setExpirationTime("30 min").sign(privateKey);

const issuer = {
  url: ISSUER, timeout: 1000, close: () => undefined,
  metadata: async () => ({ jwks_uri: "keys", introspection_endpoint: "introspection" }),
  ask: async () => ({ keys: [jwk] }),
};
async function* feed() {
  yield new TextEncoder().encode("event: reset\ndata: {}\n\nevent: caught_up\ndata: {}\n\n");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    yield new TextEncoder().encode("event: ping\ndata: {}\n\n");
  }
}
const portico = new Portico({ issuer: ISSUER, clientId: APP, clientSecret: "s" }, { issuer, connect: async () => feed() });
await portico.ready();
const tokens = await Promise.all(Array.from({ length: COLD }, (_, number) => token(number)));
await portico.validate(await token("first"));

/** The 50th and 99th hundredth of the microseconds that each call takes. */
async function measured(count, name) {
  const times = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    // A loop that never lets the feed be heard would soon be told to ask.
    if (at % 1000 === 0) await turn();
    const since = performance.now();
    await portico.validate(tokens[at % COLD]);
    times[at] = (performance.now() - since) * 1000;
  }
  times.sort();
  const [median, p99] = [times[count >> 1], times[Math.floor(count * 0.99)]];
  console.log(`${name}: median ${median.toFixed(1)} µs, 99th percentile ${p99.toFixed(1)} µs`);
  return p99;
}

await measured(COLD, "cold, with its signature");
const p99 = await measured(WARM, "warm");
portico.close();
if (p99 > LIMIT) {
  console.error(`more than ${LIMIT} µs`);
  process.exitCode = 1;
}
process.exit();
