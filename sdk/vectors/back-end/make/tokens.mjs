import { APP, encoded, hmacByPublicKey, ISSUER, NOW, signed } from "./sign.mjs";

const HEADER = { typ: "at+jwt", alg: "EdDSA", kid: "ed25519-today" };

/** The claims of a launch token, a minute old. */
export const claims = (more = {}) => ({
  iss: ISSUER,
  aud: APP,
  client_id: APP,
  sub: "F87Pg8NMWi-2I-p22yNWeA84YhFn",
  sid: "qiJ46IAt6jwidR9_qwCiQl186cz-",
  scope: "openid profile.basic phone.verified",
  iat: NOW - 60,
  exp: NOW + 1740,
  jti: "jti_23e45e0f8519f2b224a1cb6b20a2c2d6",
  act: { sub: "super.app" },
  ...more,
});

const without = (name) => {
  const { [name]: _, ...rest } = claims();
  return rest;
};

export const token = (payload = claims(), header = {}, kid = "ed25519-today") =>
  signed(kid, { ...HEADER, kid, ...header }, payload);

const fields = (payload = claims()) => ({
  user_id: payload.sub,
  allowed_scopes: payload.scope?.split(" ") ?? [],
  session_id: payload.sid,
  app_id: APP,
  issued_at: payload.iat,
  expires_at: payload.exp,
  token_id: payload.jti,
  actor: payload.act?.sub ?? null,
});

const good = (name, payload = claims(), header = {}) => ({
  name,
  token: token(payload, header),
  valid: fields(payload),
});
const bad = (name, text) => ({ name, token: text, invalid: true });

const [head, body, signature] = token().split(".");
const flipped = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
// The last of its characters has four bits that say nothing.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const respelt = `${signature.slice(0, -1)}${LETTERS[LETTERS.indexOf(signature.at(-1)) + 1]}`;
const none = { ...HEADER, alg: "none" };

export const tokenCases = () => [
  good("a launch token is good"),
  good("a token is good in its last second", claims({ iat: NOW - 1799, exp: NOW + 1 })),
  good("a token of an issuer whose clock is a minute ahead is good", claims({ iat: NOW + 60, exp: NOW + 1860 })),
  good("the type may be written in full", claims(), { typ: "application/at+jwt" }),
  good("the type may be written in capitals", claims(), { typ: "AT+JWT" }),
  good("claims and parameters that are not known change nothing", claims({ acr: "urn:portico:acr:1", theme: "dark" }), {
    x: 1,
  }),
  good("parameters that nobody looks at may be of any type", claims(), {
    cty: 5,
    jku: 5,
    nonce: 1,
    url: {},
    x5c: "no",
    x5t: 3,
  }),
  good("a token without an actor has none", without("act")),
  good("a token without a scope allows none", without("scope")),
  {
    name: "a token whose key was published since is good after the key set was read again",
    token: token(claims(), {}, "ed25519-tomorrow"),
    valid: fields(),
    key_set_reads: 2,
  },
  { name: "a token expires to the second", now: NOW + 1740, token: token(), invalid: true },
  { name: "a token is good a second before it expires", now: NOW + 1739, token: token(), valid: fields() },
  bad("a token that has expired is refused", token(claims({ iat: NOW - 1801, exp: NOW - 1 }))),
  bad("a token from more than a minute ahead is refused", token(claims({ iat: NOW + 61, exp: NOW + 1861 }))),
  bad("a token that is not yet valid is refused", token(claims({ nbf: NOW + 61 }))),
  bad("a token with a beginning that is null is refused", token(claims({ nbf: null }))),
  bad("a token that lives longer than half an hour is refused", token(claims({ iat: NOW - 60, exp: NOW + 1741 }))),
  bad(
    "a token that lives half a second longer than half an hour is refused",
    token(claims({ iat: NOW - 60, exp: NOW + 1740.5 })),
  ),
  bad("a token that expires before it was issued is refused", token(claims({ iat: NOW + 30, exp: NOW + 20 }))),
  bad("a token without an end is refused", token(without("exp"))),
  bad("a token without a beginning is refused", token(without("iat"))),
  bad("an end that is a text is refused", token(claims({ exp: String(NOW + 1740) }))),
  bad(
    "an end that is no time is refused",
    token(`{"iss":"${ISSUER}","aud":"${APP}","sub":"a","sid":"b","jti":"c","iat":${NOW},"exp":1e400}`),
  ),
  bad(
    "an end of four hundred digits is refused",
    token(`{"iss":"${ISSUER}","aud":"${APP}","sub":"a","sid":"b","jti":"c","iat":${NOW},"exp":1${"0".repeat(399)}}`),
  ),
  bad("a token for another app is refused", token(claims({ aud: "org.example.shop" }))),
  bad("a token for this app and another is refused", token(claims({ aud: [APP, "org.example.shop"] }))),
  bad("a token that names this app twice is refused", token(claims({ aud: [APP, APP] }))),
  bad("a token for nobody is refused", token(without("aud"))),
  bad("a token for an app of nearly this name is refused", token(claims({ aud: `${APP}/` }))),
  bad("a token of another issuer is refused", token(claims({ iss: "https://id.example.evil" }))),
  bad("an issuer with a slash more is another one", token(claims({ iss: `${ISSUER}/` }))),
  bad("a token without an issuer is refused", token(without("iss"))),
  bad("a token without a person is refused", token(without("sub"))),
  bad("a token of a person without a name is refused", token(claims({ sub: "" }))),
  bad("a token without a session is refused", token(without("sid"))),
  bad("a token without an id is refused", token(without("jti"))),
  bad("a scope that is a list is refused", token(claims({ scope: ["openid"] }))),
  bad(
    "a token that is bound to a key is no bearer token",
    token(claims({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } })),
  ),
  bad("a token that is bound to null is no bearer token", token(claims({ cnf: null }))),
  bad("a token without a type is refused", signed("ed25519-today", { alg: "EdDSA", kid: "ed25519-today" }, claims())),
  bad("a token of the type JWT is refused", token(claims(), { typ: "JWT" })),
  bad("a logout token is no launch token", token(claims(), { typ: "logout+jwt" })),
  bad("a token with critical extensions is refused", token(claims(), { crit: ["exp"], exp: NOW })),
  bad("a token with an empty list of critical extensions is refused", token(claims(), { crit: [] })),
  bad("a token with critical extensions that are null is refused", token(claims(), { crit: null })),
  bad("a token that nobody signed is refused", `${encoded(none)}.${encoded(claims())}.`),
  bad(
    "a token that says that nobody signed it is refused, with a signature too",
    `${encoded(none)}.${encoded(claims())}.${signature}`,
  ),
  bad("a token signed by HS256 with the public key is refused", hmacByPublicKey("ed25519-today", HEADER, claims())),
  bad("a token signed by RS256 is refused", token(claims(), { alg: "RS256" }, "rs256-today")),
  bad("a token signed by ES256 is refused", token(claims(), { alg: "ES256" }, "es256-today")),
  bad("a token that says EdDSA and names a key of RS256 is refused", token(claims(), { kid: "rs256-today" })),
  bad("a token that names no key is refused", signed("ed25519-today", { typ: "at+jwt", alg: "EdDSA" }, claims())),
  {
    name: "a token of a key that nobody publishes is refused after the key set was read again",
    token: token(claims(), {}, "ed25519-stranger"),
    invalid: true,
    key_set_reads: 2,
  },
  bad("a token signed by a stranger in another's name is refused", signed("ed25519-stranger", HEADER, claims())),
  bad(
    "a token that brings its own key is refused",
    signed(
      "ed25519-stranger",
      { ...HEADER, jwk: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } },
      claims(),
    ),
  ),
  bad(
    "a token whose claims were changed is refused",
    `${head}.${encoded(claims({ scope: "openid kyc.status" }))}.${signature}`,
  ),
  bad("a token whose signature was changed is refused", `${head}.${body}.${flipped}`),
  bad("a token whose signature is spelt in another way is refused", `${head}.${body}.${respelt}`),
  bad("a token without its signature is refused", `${head}.${body}.`),
  bad("a token whose signature was cut is refused", `${head}.${body}.${signature.slice(0, 40)}`),
  bad("a token of two parts is refused", `${head}.${body}`),
  bad("a token of four parts is refused", `${head}.${body}.${signature}.${signature}`),
  bad("a token with padding is refused", `${head}.${body}.${signature}==`),
  bad("a token whose claims are no JSON is refused", token("{")),
  bad("a token whose claims are a list is refused", token("[]")),
  bad("a token whose claims are not in UTF-8 is refused", token(Buffer.from(JSON.stringify(claims({ sub: "é" })), "latin1"))),
  bad("a token whose claims are in UTF-16 is refused", token(Buffer.from(JSON.stringify(claims()), "utf16le"))),
  bad("a token whose claims begin with a byte order mark is refused", token(`\ufeff${JSON.stringify(claims())}`)),
  bad(
    "a token whose header begins with a byte order mark is refused",
    signed("ed25519-today", `\ufeff${JSON.stringify(HEADER)}`, claims()),
  ),
  bad("a token with a claim that is no number is refused", token(JSON.stringify(claims({ x: 0 })).replace('"x":0', '"x":NaN'))),
  bad("a token whose claims are nested without an end is refused", token(`{"iss":${"[".repeat(8000)}`)),
  bad("a token whose header is no JSON is refused", `${encoded("{")}.${body}.${signature}`),
  bad("an empty token is refused", ""),
  bad("a text that is no token is refused", "portico"),
  bad("a token of more than 16 KiB is refused", token(claims({ padding: "x".repeat(13_000) }))),
];
