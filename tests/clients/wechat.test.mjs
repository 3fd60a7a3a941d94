// co-wechat-api and passport-weixin, as back ends written for WeChat use them: only the addresses are set.

import assert from "node:assert/strict";
import { createDecipheriv, createHash } from "node:crypto";
import { after, before, test } from "node:test";
import WeChatAPI from "co-wechat-api";
import * as openid from "openid-client";
import WeixinStrategy from "passport-weixin";

import { manifest, serve } from "../support/portico.mjs";
import { Visitor } from "../support/visitor.mjs";

const HOST = "superapp";
const SHOP = "org.example.wxshop";
const HOST_REDIRECT = "http://127.0.0.1:9010/callback";
const REDIRECT = "http://127.0.0.1:9040/callback";
const NAME = "王小明";

let portico, shop, base, people = 0;

before(async () => {
  portico = await serve();
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  portico.register("hosts", {
    host_id: HOST, name: "Super App", redirect_uris: [HOST_REDIRECT], origins: ["http://127.0.0.1:9010"],
    token_endpoint_auth_method: "none",
  });
  shop = portico.register("apps", manifest(SHOP, "webview", ["profile.basic", "union_id"], {
    entry: "http://127.0.0.1:9040/", origins: ["http://127.0.0.1:9040"], redirect_uris: [REDIRECT],
    backend: { token_endpoint_auth_method: "client_secret_basic" },
  }));
  base = `${portico.issuer}/wechat/`;
});

after(async () => portico && assert.equal(await portico.stop(), 0));

function newVisitor() {
  const username = `person${++people}`;
  portico.createPerson(NAME, username, "correct horse battery staple");
  return new Visitor(username, "correct horse battery staple");
}

/** The person's host, which launches the shop. */
async function hostToken(visitor) {
  const settings = { execute: [openid.allowInsecureRequests] };
  const config = await openid.discovery(new URL(portico.issuer), HOST, undefined, openid.None(), settings);
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const code_challenge = await openid.calculatePKCECodeChallenge(pkceCodeVerifier);
  const asked = { redirect_uri: HOST_REDIRECT, scope: "openid host", code_challenge, code_challenge_method: "S256" };
  const back = await visitor.visit(openid.buildAuthorizationUrl(config, asked).href, HOST_REDIRECT);
  return (await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier })).access_token;
}

async function launch(token, more = {}) {
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token: token,
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token", audience: SHOP, client_id: HOST, ...more,
  });
  return (await fetch(`${portico.issuer}/oauth/token`, { method: "POST", body })).json();
}

/** Opens the shop once, allowing everything. */
async function opened(token) {
  const asked = await launch(token);
  const url = `${portico.issuer}/v1/consents/${asked.consent_request}`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ granted: asked.scope.split(" "), refused: [] });
  assert.ok((await fetch(url, { method: "POST", headers, body })).ok);
  return (await launch(token)).access_token;
}

const loginCode = async (token) =>
  (await launch(token, { requested_token_type: "urn:portico:token-type:login-code" })).access_token;

function api() {
  const api = new WeChatAPI(shop.wx_app_id, shop.client_secret);
  api.prefix = `${base}cgi-bin/`;
  api.snsPrefix = `${base}sns/`;
  api.wxaPrefix = `${base}wxa/`;
  return api;
}

test("co-wechat-api logs a person in, and the key opens what the client hands over", async () => {
  const token = await hostToken(newVisitor());
  const launchToken = await opened(token);
  const session = await api().code2Session(await loginCode(token));
  assert.equal(session.openid.length, 28);
  const answer = await fetch(`${portico.issuer}/v1/wechat/user-data`, {
    method: "POST", body: JSON.stringify({ kind: "profile" }),
    headers: { authorization: `Bearer ${launchToken}`, "content-type": "application/json" },
  });
  const data = await answer.json();
  const signature = createHash("sha1").update(data.rawData + session.session_key).digest("hex");
  assert.equal(data.signature, signature);
  const [key, iv] = [session.session_key, data.iv].map((text) => Buffer.from(text, "base64"));
  const decipher = createDecipheriv("aes-128-cbc", key, iv);
  const plain = decipher.update(data.encryptedData, "base64", "utf8") + decipher.final("utf8");
  const person = JSON.parse(plain);
  assert.deepEqual([person.nickName, person.openId], [NAME, session.openid]);
  assert.equal(person.watermark.appid, shop.wx_app_id);
});

test("co-wechat-api hears why a code is refused", async () => {
  await assert.rejects(api().code2Session("nothing"), { name: "WeChatAPIError", code: 40029, message: /, rid: / });
});

test("co-wechat-api fetches its tokens, a new one each time", async () => {
  const [one, two] = [await api().getAccessToken(), await api().getAccessToken()];
  assert.ok(one.isValid() && one.accessToken !== two.accessToken);
});

/** One request to a web application that signs in with passport: where it redirects to, or who it is. */
function passport(query, options) {
  const settings = {
    clientID: shop.wx_app_id, clientSecret: shop.client_secret, callbackURL: REDIRECT, requireState: false,
    scope: "snsapi_userinfo", authorizationURL: `${base}connect/oauth2/authorize`,
    tokenURL: `${base}sns/oauth2/access_token`, userProfileURL: `${base}sns/userinfo`,
  };
  return new Promise((resolve, reject) => {
    const verified = (access, refresh, profile, done) => done(null, { access, refresh, profile });
    const strategy = Object.create(new WeixinStrategy(settings, verified));
    strategy.redirect = (to) => resolve({ to });
    strategy.success = (user) => resolve({ user });
    strategy.fail = (why) => reject(new Error(`refused: ${JSON.stringify(why)}`));
    strategy.error = reject;
    strategy.authenticate({ query }, options);
  });
}

test("passport-weixin signs a person in and reads their profile", async () => {
  const { to } = await passport({}, { state: "st" });
  const visitor = newVisitor();
  const back = await visitor.visit(to, REDIRECT);
  assert.equal(back.searchParams.get("state"), "st");
  const { user } = await passport(Object.fromEntries(back.searchParams), { state: "st" });
  assert.equal(user.profile.displayName, NAME);
  assert.equal(user.profile.id.length, 28);
  assert.ok(user.access && user.refresh);
});
