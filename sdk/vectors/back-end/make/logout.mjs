import { APP, encoded, hmacByPublicKey, ISSUER, NOW, signed } from "./sign.mjs";
import { claims as launchClaims, token as launchToken } from "./tokens.mjs";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const { sub, sid } = launchClaims();

let count = 0;

/** The claims of a logout token, each with an id of its own. */
const claims = (more = {}) => ({
  iss: ISSUER,
  aud: APP,
  sid,
  iat: NOW - 1,
  exp: NOW + 119,
  jti: `jti_${String(++count).padStart(32, "0")}`,
  events: { [EVENT]: {} },
  sub,
  ...more,
});

const without = (...names) => Object.fromEntries(Object.entries(claims()).filter(([name]) => !names.includes(name)));
const header = (kid, alg) => ({ typ: "logout+jwt", alg, kid });
const token = (payload = claims(), more = {}) =>
  signed("rs256-today", { ...header("rs256-today", "RS256"), ...more }, payload);

const form = (text) => `logout_token=${text}`;
const good = (name, text, more = {}) => ({
  name,
  body: form(text),
  status: 200,
  told: { session_id: sid, user_id: sub, ...more },
});
const bad = (name, text) => ({ name, body: form(text), status: 400 });

const first = token();
const [head, body, signature] = token().split(".");

export const logoutVectors = () => ({
  headers: { "cache-control": "no-store" },
  cases: [
    good("a logout token ends its session", first),
    bad("the same logout token is taken once", first),
    good("the same end may be told again by a fresh token", token()),
    good("a logout token may be signed by ES256", signed("es256-today", header("es256-today", "ES256"), claims())),
    good("a logout token may be signed by EdDSA", signed("ed25519-today", header("ed25519-today", "EdDSA"), claims())),
    good("the type may be written in full", token(claims(), { typ: "application/logout+jwt" })),
    good("a session without a person is enough", token(without("sub")), { user_id: null }),
    good("a person without a session is enough", token(without("sid")), { session_id: null }),
    good(
      "other events beside it change nothing",
      token(claims({ events: { "https://other.example/event": {}, [EVENT]: {} } })),
    ),
    good("claims that are not known change nothing", token(claims({ trace: "x" }))),
    { ...good("other fields of the form change nothing", token()), body: `a=b&${form(token())}&c=` },
    {
      ...good("the type of the form may have parameters", token()),
      content_type: "application/x-www-form-urlencoded; charset=UTF-8",
    },
    {
      name: "a token of a minute ahead is good",
      body: form(token(claims({ iat: NOW + 60, exp: NOW + 180 }))),
      status: 200,
      told: { session_id: sid, user_id: sub },
    },
    bad("a token from more than a minute ahead is refused", token(claims({ iat: NOW + 61, exp: NOW + 181 }))),
    bad("a token that has expired is refused", token(claims({ iat: NOW - 120, exp: NOW }))),
    bad("a token without an end is refused", token(without("exp"))),
    bad("a token without a beginning is refused", token(without("iat"))),
    bad("a token of another issuer is refused", token(claims({ iss: "https://id.example.evil" }))),
    bad("a token for another app is refused", token(claims({ aud: "org.example.shop" }))),
    bad("a token for this app and another is refused", token(claims({ aud: [APP, "org.example.shop"] }))),
    bad("a token without an id is refused", token(without("jti"))),
    bad("a token without events is refused", token(without("events"))),
    bad("a token of another event is refused", token(claims({ events: { "https://other.example/event": {} } }))),
    bad("events that are a list are refused", token(claims({ events: [EVENT] }))),
    bad("an event that is no object is refused", token(claims({ events: { [EVENT]: true } }))),
    bad("a token with a nonce is refused", token(claims({ nonce: "n" }))),
    bad("a token with a nonce that is null is refused", token(claims({ nonce: null }))),
    bad("a token of neither a session nor a person is refused", token(without("sid", "sub"))),
    bad("a session that is no text is refused", token(claims({ sid: 1 }))),
    bad("a launch token is no logout token", launchToken()),
    bad("a token of the type JWT is refused, as an ID token would be", token(claims(), { typ: "JWT" })),
    bad("a token without a type is refused", signed("rs256-today", { alg: "RS256", kid: "rs256-today" }, claims())),
    bad(
      "a token that nobody signed is refused",
      `${encoded({ typ: "logout+jwt", alg: "none" })}.${encoded(claims())}.`,
    ),
    bad(
      "a token signed by HS256 with the public key is refused",
      hmacByPublicKey("rs256-today", header("rs256-today", "RS256"), claims()),
    ),
    bad(
      "a token of a key that nobody publishes is refused",
      signed("ed25519-stranger", header("ed25519-stranger", "EdDSA"), claims()),
    ),
    bad(
      "a token signed by a stranger in another's name is refused",
      signed("ed25519-stranger", header("ed25519-today", "EdDSA"), claims()),
    ),
    bad("a token whose claims were changed is refused", `${head}.${encoded(claims())}.${signature}`),
    bad("a token whose signature was cut is refused", `${head}.${body}.${signature.slice(0, 100)}`),
    bad("a token with critical extensions is refused", token(claims(), { crit: ["exp"] })),
    bad("a token of more than 16 KiB is refused", token(claims({ padding: "x".repeat(13_000) }))),
    bad("a text that is no token is refused", "portico"),
    { name: "a form without a logout token is refused", body: "token=x", status: 400 },
    { name: "an empty body is refused", body: "", status: 400 },
    { name: "two logout tokens are refused", body: `${form(token())}&${form(token())}`, status: 400 },
    {
      name: "a body that is no form is refused",
      content_type: "application/json",
      body: JSON.stringify({ logout_token: token() }),
      status: 400,
    },
    good("a token of half an hour is good", token(claims({ iat: NOW - 1, exp: NOW + 1799 }))),
    bad("a token that lives longer than half an hour is refused", token(claims({ iat: NOW - 1, exp: NOW + 1800 }))),
    bad("a token of long ago is refused, whenever it expires", token(claims({ iat: NOW - 7000, exp: NOW + 119 }))),
    bad("a token that expires as it is issued is refused", token(claims({ iat: NOW + 10, exp: NOW + 10 }))),
    bad("a token that expires before it was issued is refused", token(claims({ iat: NOW + 20, exp: NOW + 10 }))),
    bad("a token that is not yet valid is refused", token(claims({ nbf: NOW + 61 }))),
    bad("a token whose beginning is a text is refused", token(claims({ nbf: "x" }))),
    bad("a token whose beginning is null is refused", token(claims({ nbf: null }))),
    bad("a session without a name is refused, beside a person too", token(claims({ sid: "" }))),
    bad("a session that is null is refused, beside a person too", token(claims({ sid: null }))),
    bad("a person without a name is refused, beside a session too", token(claims({ sub: "" }))),
    bad("a person that is null is refused, beside a session too", token(claims({ sub: null }))),
  ],
});
