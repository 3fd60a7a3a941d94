// openid-client, as its documentation shows it: nothing here knows Portico.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as client from "openid-client";

import { manifest, serve } from "../support/portico.mjs";
import { Visitor } from "../support/visitor.mjs";

const HOST = "superapp";
const SITE = "org.example.site";
const HOST_REDIRECT = "http://127.0.0.1:9010/callback";
const SITE_REDIRECT = "http://127.0.0.1:9020/callback";
const SIGNED_OUT = "http://127.0.0.1:9020/signed-out";

let portico, secret, people = 0;

before(async () => {
  portico = await serve();
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  portico.register("hosts", {
    host_id: HOST, name: "Super App", redirect_uris: [HOST_REDIRECT], origins: ["http://127.0.0.1:9010"],
    token_endpoint_auth_method: "none",
  });
  const registered = portico.register("apps", manifest(SITE, "web", ["profile.basic"], {
    entry: "http://127.0.0.1:9020/", origins: ["http://127.0.0.1:9020"], redirect_uris: [SITE_REDIRECT],
    post_logout_redirect_uris: [SIGNED_OUT], backend: { token_endpoint_auth_method: "client_secret_basic" },
    id_token_signed_response_alg: "ES256",
  }));
  secret = registered.client_secret;
});

after(async () => portico && assert.equal(await portico.stop(), 0));

function newVisitor() {
  const username = `person${++people}`;
  portico.createPerson("Mira", username, "correct horse battery staple");
  return new Visitor(username, "correct horse battery staple");
}

const discover = (id, metadata, authentication) =>
  client.discovery(new URL(portico.issuer), id, metadata, authentication, { execute: [client.allowInsecureRequests] });
const discoverHost = () => discover(HOST, undefined, client.None());
const discoverSite = () => discover(SITE, { id_token_signed_response_alg: "ES256" }, client.ClientSecretBasic(secret));

async function signIn(config, visitor, redirect_uri, scope, more = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier);
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri, scope, code_challenge, code_challenge_method: "S256",
    state: expectedState, nonce: expectedNonce, ...more,
  });
  const back = await visitor.visit(url.href, redirect_uri);
  return client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState, expectedNonce });
}

test("a host signs in, and its refresh token rotates", async () => {
  const config = await discoverHost();
  const tokens = await signIn(config, newVisitor(), HOST_REDIRECT, "openid host");
  assert.equal(tokens.token_type, "bearer");
  assert.ok(tokens.claims().sid);
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  assert.notEqual(renewed.access_token, tokens.access_token);
});

test("a confidential site gets an ES256 ID token and reads userinfo", async () => {
  const config = await discoverSite();
  const tokens = await signIn(config, newVisitor(), SITE_REDIRECT, "openid profile");
  const claims = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(claims.name, "Mira");
});

test("a silent sign-in asks nothing of a person who has agreed before", async () => {
  const config = await discoverSite();
  const visitor = newVisitor();
  await assert.rejects(
    signIn(config, visitor, SITE_REDIRECT, "openid profile", { prompt: "none" }), { error: "login_required" });
  const first = await signIn(config, visitor, SITE_REDIRECT, "openid profile");
  const silent = await signIn(config, visitor, SITE_REDIRECT, "openid profile", { prompt: "none" });
  assert.equal(silent.claims().sub, first.claims().sub);
});

test("max_age brings the time of the sign-in", async () => {
  const config = await discoverSite();
  const tokens = await signIn(config, newVisitor(), SITE_REDIRECT, "openid", { max_age: "600" });
  assert.ok(Math.abs(tokens.claims().auth_time - Date.now() / 1000) < 60);
});

test("the end-session address ends the session and returns to the site", async () => {
  const config = await discoverSite();
  const visitor = newVisitor();
  const tokens = await signIn(config, visitor, SITE_REDIRECT, "openid profile");
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token, post_logout_redirect_uri: SIGNED_OUT, state: "there",
  });
  const back = await visitor.visit(url.href, SIGNED_OUT);
  assert.equal(back.searchParams.get("state"), "there");
  await assert.rejects(
    signIn(config, visitor, SITE_REDIRECT, "openid profile", { prompt: "none" }), { error: "login_required" });
});

test("a confidential site introspects and revokes its own token", async () => {
  const config = await discoverSite();
  const { access_token } = await signIn(config, newVisitor(), SITE_REDIRECT, "openid profile");
  assert.equal((await client.tokenIntrospection(config, access_token)).active, true);
  await client.tokenRevocation(config, access_token);
  assert.deepEqual(await client.tokenIntrospection(config, access_token), { active: false });
});

test("a code of one client is worth nothing to another", async () => {
  const [host, site] = [await discoverHost(), await discoverSite()];
  const visitor = newVisitor();
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(host, {
    redirect_uri: HOST_REDIRECT, scope: "openid host", state, code_challenge_method: "S256",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
  });
  const back = await visitor.visit(url.href, HOST_REDIRECT);
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  await assert.rejects(client.authorizationCodeGrant(site, back, checks), { error: "invalid_grant" });
});
