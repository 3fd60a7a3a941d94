import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";

import { createPortico, InvalidToken, Unavailable } from "../../../dist/index.js";
import { readMetadata } from "../../../dist/back-end/issuer.js";
import { privateKeyJwt, secretBasic } from "../../../dist/back-end/credentials.js";
import { claims } from "../../support/house.js";
import { staged, vectors } from "../../support/vectors.js";

const file = vectors("tokens");
const { token } = file.cases[0];

/** What introspection answers about the first of the vectors. */
const active = (more = {}) => {
  const { iss, aud, sub, sid, iat, exp, jti, scope } = claims(token);
  return { active: true, iss, aud, client_id: aud, sub, sid, iat, exp, jti, scope, token_type: "Bearer", ...more };
};

function asking(says) {
  const stage = staged(file, { validate: "introspection" });
  stage.says = says;
  return stage;
}

test("what is asked answers the same fields, and tells what was withdrawn by the token", async () => {
  const { portico } = asking(() => active({ scope: "openid" }));
  await portico.ready();
  const found = await portico.validate(token);
  assert.deepEqual([found.actor, found.allowedScopes], ["super.app", ["openid"]]);
  assert.deepEqual(found.withdrawnScopes, ["profile.basic", "phone.verified"]);
  assert.equal(found.wasWithdrawn("email.verified"), false);
});

/** A stage where the token was verified, and is asked about at once; what is asked waits for the test. */
async function held(options) {
  const waiting = [];
  const stage = staged(file, options);
  stage.says = () => active();
  await stage.portico.validate(token);
  stage.introspected.length = 0;
  stage.says = () => new Promise((resolve) => waiting.push(resolve));
  return { stage, waiting };
}

test("where Portico is asked each time, nobody joins a question of before", async () => {
  const { stage, waiting } = await held({ validate: "introspection" });
  const before = stage.portico.validate(token);
  await new Promise(setImmediate);
  // The session ends here; what was asked before knows nothing of that.
  const after = stage.portico.validate(token);
  await new Promise(setImmediate);
  assert.equal(stage.introspected.length, 2);
  waiting[1]({ active: false });
  waiting[0](active());
  await before;
  await assert.rejects(after, InvalidToken);
});

test("beside the feed those who ask about one token at once share a question, and those who come later do not", async () => {
  const { stage, waiting } = await held();
  const first = [stage.portico.validate(token), stage.portico.validate(token)];
  await new Promise(setImmediate);
  stage.clock.milliseconds = 999;
  first.push(stage.portico.validate(token));
  await new Promise(setImmediate);
  assert.equal(stage.introspected.length, 1);
  // What is under way for a second may be from before something that ended since.
  stage.clock.milliseconds = 1000;
  const later = stage.portico.validate(token);
  await new Promise(setImmediate);
  assert.equal(stage.introspected.length, 2);
  waiting[0](active());
  waiting[1]({ active: false });
  assert.equal((await Promise.all(first)).length, 3);
  await assert.rejects(later, InvalidToken);
  const next = stage.portico.validate(token);
  await new Promise(setImmediate);
  assert.equal(stage.introspected.length, 3);
  waiting[2](active());
  await next;
});

test("an answer that is not about a bearer token of this app is none", async () => {
  for (const more of [{ active: "true" }, { iss: "https://other.example" }, { aud: "org.example.shop" }, { client_id: "org.example.shop" }, { token_type: "DPoP" }, { sub: "" }]) {
    await assert.rejects(asking(() => active(more)).portico.validate(token), InvalidToken, JSON.stringify(more));
  }
  await assert.rejects(asking(() => active({ exp: undefined })).portico.validate(token), Unavailable);
});

test("a token that is bound to a key is no bearer token, whatever is answered", async () => {
  const bound = file.cases.find(({ name }) => name === "a token that is bound to a key is no bearer token").token;
  await assert.rejects(asking(() => active()).portico.validate(bound), InvalidToken);
});

test("what has no form of a token is not asked about", async () => {
  const stage = asking(() => active());
  for (const text of ["", "portico", "a.b", `${token}.`, `${token} `, `a.${"b".repeat(16_384)}.c`, "a.b.c"]) {
    await assert.rejects(stage.portico.validate(text), InvalidToken);
  }
  assert.equal(stage.introspected.length, 0);
});

test("where Portico cannot be asked, that is said without the token", async () => {
  const stage = asking(() => active());
  stage.isDown = true;
  await assert.rejects(stage.portico.validate(token), (error) => error instanceof Unavailable && !error.message.includes(token));
});

test("an issuer behind TLS has its endpoints behind TLS", () => {
  const issuer = "https://id.example";
  const right = { issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect` };
  assert.equal(readMetadata(issuer, right), right);
  for (const name of ["jwks_uri", "introspection_endpoint"]) {
    for (const value of ["http://id.example/x", "//id.example/x", "ftp://id.example/x", undefined]) {
      assert.throws(() => readMetadata(issuer, { ...right, [name]: value }), (error) => error instanceof Unavailable && error.message.includes(name));
    }
  }
  const open = { issuer: "http://127.0.0.1", jwks_uri: "http://127.0.0.1/jwks", introspection_endpoint: "http://127.0.0.1/introspect" };
  assert.equal(readMetadata(open.issuer, open), open);
});

test("a secret is form-encoded before it is sent", async () => {
  const { headers } = await secretBasic("a:b", "s +/é").of("https://id.example");
  assert.equal(Buffer.from(headers.authorization.slice(6), "base64").toString(), "a%3Ab:s+%2B%2F%C3%A9");
});

test("an assertion is about the app, for the issuer, for a minute, and never the same", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = { ...privateKey.export({ format: "jwk" }), kid: "one", alg: "ES256" };
  const credentials = privateKeyJwt("org.example.taxi", { key });
  const [{ fields: one }, { fields: two }] = [await credentials.of("https://id.example"), await credentials.of("https://id.example")];
  assert.notEqual(one.client_assertion, two.client_assertion);
  const set = createLocalJWKSet({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] });
  const { payload, protectedHeader } = await jwtVerify(one.client_assertion, set, { issuer: "org.example.taxi", subject: "org.example.taxi", audience: "https://id.example" });
  assert.deepEqual([payload.exp - payload.iat, protectedHeader.kid], [60, "one"]);
});

test("options that cannot be used are refused at once", () => {
  const right = { issuer: "https://id.example", clientId: "org.example.taxi", clientSecret: "s" };
  for (const [more, words] of [
    ...["id.example", "https:id.example", "https://id.example?x", "https://id.example#x", "https://u:p@id.example", "https://id.example/ ", "https://[x", undefined]
      .map((issuer) => [{ issuer }, /issuer/]),
    ...["", 5, undefined].flatMap((text) => [[{ clientId: text }, /clientId/], [{ clientSecret: text }, /clientSecret/]]),
    ...[{}, { key: "x" }, { key: null }].map((privateKey) => [{ clientSecret: undefined, privateKey }, /privateKey\.key/]),
    [{ onProblem: 5 }, /onProblem/],
    ...[0, -1, NaN, Infinity, 2 ** 31, "1"].map((timeout) => [{ timeout }, /timeout/]),
    ...[0, -1, NaN, Infinity, 1.5].map((remember) => [{ remember }, /remember/]),
    [{ validate: "introspect" }, /validate/], [{ privateKey: { key: {} } }, /both/], [{ clientSecret: undefined, privateKey: { key: { kty: "OKP" } } }, /alg/],
  ]) {
    assert.throws(() => createPortico({ ...right, ...more }), (error) => error instanceof TypeError && words.test(error.message));
  }
});
