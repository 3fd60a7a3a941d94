// Tokens of every kind, right and wrong, signed with the keys of test-private-keys.json.

import { createHmac, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";

export const ISSUER = "https://id.example";
export const APP = "org.example.taxi";
/** The moment of every vector that names no other, in seconds. */
export const NOW = 1_800_000_000;

const DIGEST = { EdDSA: null, RS256: "sha256", ES256: "sha256" };
const file = new URL("../test-private-keys.json", import.meta.url);
const keys = Object.fromEntries(JSON.parse(readFileSync(file)).keys.map((key) => [key.kid, key]));
const open = (kid) => createPublicKey({ key: keys[kid], format: "jwk" });

/** A key as its issuer publishes it. */
export const published = (kid) => ({ ...open(kid).export({ format: "jwk" }), kid, alg: keys[kid].alg, use: "sig" });

export const encoded = (value) =>
  Buffer.from(typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString("base64url");

/** A JWS in compact form. `header` and `payload` are JSON, or a text or bytes that take its place. */
export function signed(kid, header, payload) {
  const message = `${encoded(header)}.${encoded(payload)}`;
  const key = createPrivateKey({ key: keys[kid], format: "jwk" });
  const signature = sign(DIGEST[keys[kid].alg], Buffer.from(message), { key, dsaEncoding: "ieee-p1363" });
  return `${message}.${signature.toString("base64url")}`;
}

/** A token "signed" with HS256 by the text of a public key, as libraries that mix up algorithms would accept it. */
export function hmacByPublicKey(kid, header, payload) {
  const message = `${encoded({ ...header, alg: "HS256" })}.${encoded(payload)}`;
  const secret = open(kid).export({ format: "pem", type: "spki" });
  return `${message}.${createHmac("sha256", secret).update(message).digest("base64url")}`;
}
