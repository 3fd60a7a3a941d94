import assert from "node:assert/strict";
import { test } from "node:test";

import { withoutTokens } from "../../dist/withhold.js";

const ISSUER = "https://id.example";
const part = (claims) => Buffer.from(JSON.stringify(claims)).toString("base64url");
const signed = (claims, header = { typ: "at+jwt", alg: "EdDSA" }) => `${part(header)}.${part(claims)}.${"0123456789".repeat(8)}${claims.jti ?? ""}`;

const TOKEN = signed({ iss: ISSUER, jti: "own" });
const ROUTE = { token: { kind: "bearer" }, keepToken: false, maps: { identity: new Set() } };
const left = (headers, { token = TOKEN, target = "/", route = ROUTE } = {}) => withoutTokens(route, ISSUER, token, { method: "GET", target, headers });

test("the caller's token is taken out of every header, and leaves the cookies beside it", () => {
  const headers = [
    ["Authorization", `Bearer ${TOKEN}`], ["Cookie", `a=1; t="${TOKEN}"; b=2`], ["cookie", `t=${TOKEN}`], ["Cookie", TOKEN],
    ["Referer", `https://a/?t=${TOKEN}`], ["X-T", "kept with its like"], ["x-t", TOKEN], ["X-Other", "1"],
  ];
  assert.deepEqual(left(headers), [["Cookie", "a=1; b=2"], ["X-Other", "1"]]);
});

test("a route that keeps the token keeps it wherever it stands", () => {
  const headers = [["Authorization", `Bearer ${TOKEN}`], ["X-T", TOKEN]];
  const route = { ...ROUTE, keepToken: true };
  assert.deepEqual(left(headers, { route, target: `/?t=${TOKEN}` }), headers);
});

test("the caller's token in the address is refused, however it is encoded", () => {
  const encoded = TOKEN.replace(".", "%2E").replaceAll("01", "%30%31").replaceAll("9", "%39");
  for (const target of [`/${TOKEN}`, `/?token=${TOKEN}&b`, `/x?${encoded}`]) {
    assert.throws(() => left([], { target }), { status: 400, code: "invalid_request" }, target);
  }
  assert.deepEqual(left([], { target: `/?t=${signed({ iss: ISSUER, jti: "another" })}` }), []);
});

test("other tokens of the issuer's go out of Authorization and cookies, with or without a caller", () => {
  const other = signed({ iss: ISSUER, jti: "other" });
  const [elsewhere, identity] = [signed({ iss: "https://other.example" }), signed({ iss: ISSUER }, { typ: "JWT" })];
  const cookies = `a="${other}"; b=${elsewhere}; c=${identity}; d=eyJ.x; e=eyJ.y.z`;
  const rest = `b=${elsewhere}; c=${identity}; d=eyJ.x; e=eyJ.y.z`;
  for (const token of [TOKEN, undefined]) {
    const route = token ? { ...ROUTE, token: { kind: "cookie", name: "session" } } : { ...ROUTE, token: { kind: "none" } };
    const headers = [["Authorization", `Bearer ${other}`], ["Cookie", cookies]];
    assert.deepEqual(withoutTokens(route, ISSUER, token, { method: "GET", target: "/", headers }), [["Cookie", rest]]);
  }
  assert.deepEqual(left([["X-Note", `not looked into: ${elsewhere}`]]), [["X-Note", `not looked into: ${elsewhere}`]]);
});

test("more tokens than anybody needs are refused", () => {
  const cookies = (count) => [["Cookie", Array.from({ length: count }, (_, at) => `c${at}=eyJ.${at}.x`).join("; ")]];
  assert.deepEqual(left(cookies(8)), cookies(8));
  assert.throws(() => left(cookies(9)), { status: 400, code: "invalid_request" });
});
