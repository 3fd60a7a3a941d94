// Portico, as far as the middleware asks it: discovery, introspection, resolving, the UnionID.

import { createServer } from "node:http";
import { json, text } from "node:stream/consumers";

export const LIVE = "org.example.live";
export const SHOP = "org.example.shop";
export const SECRET = "s3cret/with+signs";
export const WX_APP_ID = "wx0123456789abcdef";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** People by what each app knows them by, and the tokens that are good. */
export async function fakePortico() {
  const people = [
    { [LIVE]: "o-alice-live", [SHOP]: "o-alice-shop" },
    { [LIVE]: "o-bob-live", [SHOP]: "o-bob-shop" },
    { [LIVE]: "o-carol-live" },
  ];
  const tokens = new Map();
  const asked = [];
  const state = { people, tokens, asked, isDown: false, agreements: new Set([`${LIVE} ${SHOP}`, `${SHOP} ${LIVE}`]) };

  const isKnown = ({ headers }) => {
    const [id, secret] = Buffer.from((headers.authorization ?? "").replace("Basic ", ""), "base64").toString().split(":");
    return id === LIVE && decodeURIComponent(secret) === SECRET;
  };
  const metadata = () => ({
    issuer: state.issuer, jwks_uri: `${state.issuer}/oauth/jwks`,
    introspection_endpoint: `${state.issuer}/oauth/introspect`, userinfo_endpoint: `${state.issuer}/oauth/userinfo`,
  });
  const answers = {
    "/.well-known/openid-configuration": () => metadata(),
    "/.well-known/oauth-authorization-server": () => metadata(),
    "/oauth/introspect": async (request) => {
      if (!isKnown(request)) return 401;
      const token = new URLSearchParams(await text(request)).get("token");
      const found = tokens.get(token);
      if (!found) return { active: false };
      return { active: true, iss: state.issuer, aud: LIVE, client_id: LIVE, token_type: "Bearer", ...found };
    },
    "/v1/identities/resolve": async (request) => {
      const { from, to, openids } = await json(request);
      asked.push({ from, to, count: openids.length });
      if (!isKnown(request)) return 401;
      if (!state.agreements.has(`${from} ${to}`)) return 403;
      if (openids.length > 1000) return 400;
      const found = (openid) => people.find((person) => person[from] === openid)?.[to] ?? null;
      return { results: openids.map((openid) => ({ openid, resolved: found(openid) })) };
    },
    "/oauth/userinfo": ({ headers }) => ({ sub: tokens.get(headers.authorization.slice(7)).sub, unionid: "u-alice" }),
  };
  const server = createServer(async (request, response) => {
    const answer = state.isDown ? 503 : await (answers[request.url]?.(request) ?? 404);
    response.setHeader("content-type", "application/json");
    if (typeof answer === "number") response.writeHead(answer).end("{}");
    else response.end(JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.issuer = `http://127.0.0.1:${server.address().port}`;
  state.connections = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  /** What looks like a token. Nobody signed it: this Portico has no feed and no keys, so it is asked about each. */
  state.tokenLike = (claims) => {
    const iat = Math.floor(Date.now() / 1000);
    const all = { iss: state.issuer, aud: LIVE, sub: "x", sid: "s", jti: "j", iat, exp: iat + 60, ...claims };
    return `${part({ typ: "at+jwt", alg: "EdDSA", kid: "x" })}.${part(all)}.unsigned`;
  };
  /** A good launch token. */
  state.launch = (sub = "o-alice-live", scope = "openid profile.basic") => {
    const token = state.tokenLike({ sub, scope, jti: String(tokens.size) });
    tokens.set(token, { sub, scope, sid: "s", jti: "j", iat: 1, exp: 2 });
    return token;
  };
  state.stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  /** A configuration with one route. */
  state.configuration = (route) => ({
    issuer: state.issuer,
    apps: [
      { app_id: LIVE, client_secret: SECRET, origins: ["https://live.example"] },
      { app_id: SHOP, wx_app_id: WX_APP_ID },
    ],
    route: { app: LIVE, as: SHOP, require: ["openid"], ...route },
  });
  return state;
}
