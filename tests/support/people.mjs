// A registered host, a mini-program and people, for the stories about pages.

import { createServer } from "node:http";
import * as client from "openid-client";

import { manifest, serve } from "./portico.mjs";
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

/** A server that knows a host and a taxi, which needs a name and would like an e-mail address. */
export async function house() {
  const site = await hostSite();
  const origin = `http://127.0.0.1:${site.address().port}`;
  const returnTo = `${origin}/callback`;
  const portico = await serve();
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
    newPerson: () => {
      const username = `person${++people}`;
      portico.createPerson("Mira Aalto", username, PASSWORD, "--email", `${username}@example.org`, "--email-verified");
      return username;
    },
    hostToken: (username) => hostToken(issuer, returnTo, username),
    launch: (token, more = {}) => launch(issuer, token, more),
    stop: () => {
      site.closeAllConnections();
      site.close();
      return portico.stop();
    },
  };
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
