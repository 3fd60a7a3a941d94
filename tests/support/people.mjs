// A registered host, a mini-program and people, for the stories about pages.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import * as client from "openid-client";

import { manifest, serve, waitFor } from "./portico.mjs";
import { Visitor } from "./visitor.mjs";

const HOST = "superapp";
const TAXI = "org.example.taxi";
export const PASSWORD = "correct horse battery staple";

/** The host's own web server: a page to come back to. */
function hostSite() {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/plain");
    response.end("back");
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** The provider of text messages: keeps what it was to send, by number. */
async function phones() {
  const texts = new Map();
  const server = createServer(async (request, response) => {
    const { to, text } = await json(request);
    texts.set(to, text);
    response.writeHead(204).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** The code in the next message to this number. */
    code: async (number) => {
      const text = await waitFor(() => texts.get(number), `a message to ${number}`);
      texts.delete(number);
      return /\b\d{6}\b/.exec(text)[0];
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Text messages go out, and to as many people as the tests have. */
function configuration(folder, url) {
  const secret = join(folder, "sms.secret");
  writeFileSync(secret, `whsec_${Buffer.alloc(32, 7).toString("base64")}`, { mode: 0o600 });
  const file = join(folder, "portico.toml");
  writeFileSync(file, `[sms]\nurl = "${url}"\nsecret_file = "${secret}"\n[rate_limits]\nmessages_per_address = 1000\n`);
  return file;
}

/** A server that knows a host and a taxi, which needs a name and would like an e-mail address. */
export async function house() {
  const site = await hostSite();
  const origin = `http://127.0.0.1:${site.address().port}`;
  const returnTo = `${origin}/callback`;
  const folder = mkdtempSync(join(tmpdir(), "portico-people-"));
  const sms = await phones();
  const portico = await serve("--config", configuration(folder, sms.url));
  const { issuer } = portico;
  portico.register("developers", { developer_id: "acme", name: "Acme Mobility" });
  const host = {
    host_id: HOST, name: "Super App", redirect_uris: [returnTo], origins: [origin],
    token_endpoint_auth_method: "none",
  };
  const taxi = manifest(TAXI, "webview", ["profile.basic"], {
    entry: "http://127.0.0.1:9030/", origins: ["http://127.0.0.1:9030"],
    backend: { token_endpoint_auth_method: "client_secret_basic" },
  }, ["email.verified"]);
  portico.register("hosts", host);
  portico.register("apps", taxi);

  let people = 0;
  let version = 1;
  return {
    issuer,
    returnTo,
    /** Registers the host again, with this instead. */
    changeHost: (change) => portico.register("hosts", { ...host, ...change }),
    /** Registers the taxi again, with this instead. */
    changeTaxi: (change) => portico.register("apps", { ...taxi, version: { code: ++version, name: "later" }, ...change }),
    admin: portico.admin,
    adminToken: portico.adminToken,
    cli: portico.cli,
    newPerson: () => {
      const username = `person${++people}`;
      const known = ["--email", `${username}@example.org`, "--email-verified", "--phone", phoneOf(username), "--phone-verified"];
      portico.createPerson("Mira Aalto", username, PASSWORD, ...known);
      return username;
    },
    /** The code in the next message to this number. */
    code: sms.code,
    /** Where the host sends a person who has to prove more than a password. */
    stepUp: () => stepUp(issuer, returnTo),
    hostToken: (username) => hostToken(issuer, returnTo, username),
    launch: (token, more = {}) => launch(issuer, token, more),
    stop: () => {
      site.closeAllConnections();
      site.close();
      sms.stop();
      rmSync(folder, { recursive: true, force: true });
      return portico.stop();
    },
  };
}

/** The verified phone number of a person of the tests. */
export const phoneOf = (username) => `+1555010${username.slice("person".length).padStart(4, "0")}`;

/** An authorization request that asks for the higher level. */
function stepUp(issuer, redirect_uri) {
  const url = new URL("/oauth/authorize", issuer);
  const asked = {
    client_id: HOST, redirect_uri, response_type: "code", scope: "openid host", state: "step-up",
    acr_values: "urn:portico:acr:2", code_challenge_method: "S256",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  };
  url.search = new URLSearchParams(asked);
  return url.href;
}

/** The host's access token for a person who signs in. */
async function hostToken(issuer, redirect_uri, username) {
  const options = { execute: [client.allowInsecureRequests] };
  const config = await client.discovery(new URL(issuer), HOST, undefined, client.None(), options);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri, scope: "openid host", state: expectedState, code_challenge_method: "S256",
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  });
  const back = await new Visitor(username, PASSWORD).visit(url.href, redirect_uri);
  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState });
  return tokens.access_token;
}

/** The token exchange; the answer's JSON, an error's too. */
async function launch(issuer, token, more) {
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", client_id: HOST, audience: TAXI,
    subject_token: token, subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    ...more,
  });
  return (await fetch(`${issuer}/oauth/token`, { method: "POST", body })).json();
}
