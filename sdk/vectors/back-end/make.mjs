// Writes keys.json, tokens.json, feed.json and logout.json anew: `node make.mjs`. Signatures of ES256 differ each time.

import { writeFileSync } from "node:fs";

import { feedVectors } from "./make/feed.mjs";
import { logoutVectors } from "./make/logout.mjs";
import { APP, ISSUER, NOW, published } from "./make/sign.mjs";
import { tokenCases } from "./make/tokens.mjs";

const today = ["ed25519-today", "rs256-today", "es256-today"].map(published);

function write(name, value) {
  writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(value, null, 2)}\n`);
}

write("keys.json", {
  about: "The key set of the issuer, as it is first read, and as it is read from then on.",
  first: { keys: today },
  then: { keys: [published("ed25519-tomorrow"), ...today] },
});
write("tokens.json", {
  about: "Launch tokens, each told to a fresh validator of this app whose feed is live and has said nothing.",
  issuer: ISSUER,
  client_id: APP,
  now: NOW,
  cases: tokenCases(),
});
write("feed.json", {
  about: "What a feed says, when, and what is answered in between.",
  issuer: ISSUER,
  client_id: APP,
  now: NOW,
  ...feedVectors(),
});
write("logout.json", {
  about:
    "What arrives at a receiver of OpenID Connect Back-Channel Logout, one case after another at the same receiver.",
  issuer: ISSUER,
  client_id: APP,
  now: NOW,
  ...logoutVectors(),
});
