// A shop on Express behind the gateway's middleware, and the real server that it asks.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import * as openid from "openid-client";

import { gateway as middleware } from "../../sdk/node/dist/express.js";
import { manifest, serve, waitFor } from "../support/portico.mjs";
import { Visitor } from "../support/visitor.mjs";

const express = createRequire(new URL("../../sdk/node/package.json", import.meta.url))("express");

const HOST = "superapp";
const LIVE = "org.example.live";
const SHOP = "org.example.shop";
const HOST_REDIRECT = "http://127.0.0.1:9010/callback";
const PASSWORD = "correct horse battery staple";

let portico, shop, url, people = 0;

before(async () => {
  portico = await serve();
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  portico.register("hosts", {
    host_id: HOST, name: "Super App", redirect_uris: [HOST_REDIRECT], origins: ["http://127.0.0.1:9010"],
    token_endpoint_auth_method: "none",
  });
  const register = (id, port) =>
    portico.register("apps", manifest(id, "webview", ["profile.basic"], {
      entry: `http://127.0.0.1:${port}/`, origins: [`http://127.0.0.1:${port}`],
      backend: { token_endpoint_auth_method: "client_secret_basic" },
    }));
  const apps = [register(LIVE, 9050), register(SHOP, 9060)];
  portico.register("agreements", { from: LIVE, to: SHOP });
  portico.register("agreements", { from: SHOP, to: LIVE });
  const app = express();
  app.use(middleware({
    issuer: portico.issuer,
    apps,
    route: {
      app: LIVE, as: SHOP, require: ["openid"],
      inject: { headers: { "X-WX-OPENID": "openid", "X-WX-APPID": "app" } },
      self: { json: ["/openid"], query: ["openid"] },
      any: { json: ["/friends/*"] },
      response: { json: ["/openid", "/friends/*"] },
    },
  }));
  // What the shop saw, for the test; and an answer in the shop's own ids.
  app.use(express.json(), (request, response) => {
    shop.seen = { headers: request.headers, query: request.query, body: request.body };
    response.json({ openid: request.get("x-wx-openid"), friends: request.body?.friends ?? [] });
  });
  shop = { server: createServer(app), apps };
  await new Promise((resolve) => shop.server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${shop.server.address().port}/orders`;
});

after(async () => {
  shop?.server.closeAllConnections();
  shop?.server.close();
  if (portico) assert.equal(await portico.stop(), 0);
});

/** A person who has signed in at the host, with the host's token. */
async function signedIn() {
  const username = `person${++people}`;
  portico.createPerson("Mira", username, PASSWORD);
  const settings = { execute: [openid.allowInsecureRequests] };
  const config = await openid.discovery(new URL(portico.issuer), HOST, undefined, openid.None(), settings);
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const code_challenge = await openid.calculatePKCECodeChallenge(pkceCodeVerifier);
  const asked = { redirect_uri: HOST_REDIRECT, scope: "openid host", code_challenge, code_challenge_method: "S256" };
  const back = await new Visitor(username, PASSWORD).visit(openid.buildAuthorizationUrl(config, asked).href, HOST_REDIRECT);
  return (await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier })).access_token;
}

async function launch(token, audience) {
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token: token, audience, client_id: HOST,
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
  });
  return (await fetch(`${portico.issuer}/oauth/token`, { method: "POST", body })).json();
}

/** Opens an app, allowing everything; the launch token. */
async function open(token, app) {
  const asked = await launch(token, app);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ granted: asked.scope.split(" "), refused: [] });
  const decided = await fetch(`${portico.issuer}/v1/consents/${asked.consent_request}`, { method: "POST", headers, body });
  assert.ok(decided.ok);
  return (await launch(token, app)).access_token;
}

const sub = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")).sub;

/** A person who has opened both apps: their tokens, and their OpenIDs at both. */
async function customer() {
  const host = await signedIn();
  const [live, shop] = [await open(host, LIVE), await open(host, SHOP)];
  return { host, token: live, here: sub(live), there: sub(shop) };
}

const ask = (token, body, query = "") =>
  fetch(url + query, {
    method: "POST", body: JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "x-wx-openid": "evil" },
  });

test("the shop reads its own OpenIDs, and the app its own in the answer", async () => {
  const [ana, bob] = [await customer(), await customer()];
  assert.notEqual(ana.here, ana.there);
  const answer = await ask(ana.token, { openid: ana.here, friends: [bob.here, ana.here] }, `?openid=${ana.here}`);
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { openid: ana.here, friends: [bob.here, ana.here] });
  const { headers, query, body } = shop.seen;
  assert.deepEqual(body, { openid: ana.there, friends: [bob.there, ana.there] });
  assert.equal(query.openid, ana.there);
  assert.equal(headers["x-wx-openid"], ana.there);
  assert.equal(headers["x-wx-appid"], shop.apps[1].wx_app_id);
  assert.equal(headers.authorization, undefined);
});

test("another person's OpenID is refused where the caller must be named, and the shop's own everywhere", async () => {
  const [ana, bob] = [await customer(), await customer()];
  assert.equal((await ask(ana.token, { openid: bob.here })).status, 403);
  assert.equal((await ask(ana.token, { openid: ana.there })).status, 403);
  assert.equal((await ask(ana.token, { friends: [bob.there] })).status, 400);
});

test("within two seconds after a session has ended, its token lets nobody in", async () => {
  const ana = await customer();
  assert.equal((await ask(ana.token, {})).status, 200);
  const headers = { authorization: `Bearer ${ana.host}` };
  assert.ok((await fetch(`${portico.issuer}/v1/me/sessions/current`, { method: "DELETE", headers })).ok);
  const answer = await waitFor(async () => {
    const answer = await ask(ana.token, {});
    return answer.status === 401 && answer;
  }, "the refusal", 2000);
  assert.equal((await answer.json()).error, "invalid_token");
});

test("a token of another app is not good, and a person who has not opened the shop is not known there", async () => {
  const host = await signedIn();
  const other = await open(host, SHOP);
  assert.equal((await ask(other, {})).status, 401);
  const newcomer = await open(await signedIn(), LIVE);
  assert.equal((await ask(newcomer, {})).status, 403);
});

test("an agreement that was ended swaps nothing", async () => {
  const ana = await customer();
  const headers = { authorization: `Bearer ${portico.adminToken()}` };
  const end = (pair) => fetch(`${portico.admin}/admin/v1/agreements/${pair}`, { method: "DELETE", headers });
  assert.ok((await end(`${LIVE}/${SHOP}`)).ok);
  assert.equal((await ask(ana.token, {})).status, 503);
});
