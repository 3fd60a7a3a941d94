// The real server with a host, and people who sign in there and open mini-programs.

import { createHash, randomBytes } from "node:crypto";

import { manifest, serve } from "../../../../tests/support/portico.mjs";
import { Visitor } from "../../../../tests/support/visitor.mjs";

export { freePort, waitFor } from "../../../../tests/support/portico.mjs";

const HOST = "super.app";
const REDIRECT = "http://127.0.0.1:9010/callback";
const PASSWORD = "correct horse battery staple";
const TOKEN = "urn:ietf:params:oauth:token-type:access_token";

/** `portico serve` with a host. `flags` are more of its command line. */
export async function house(...flags) {
  const portico = await serve(...flags);
  const asIssued = flags.indexOf("--issuer");
  if (asIssued >= 0) portico.issuer = flags[asIssued + 1];
  let people = 0;
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  portico.register("hosts", {
    host_id: HOST, name: "Super App", redirect_uris: [REDIRECT], origins: ["http://127.0.0.1:9010"],
    token_endpoint_auth_method: "none",
  });
  const post = async (fields) => {
    const answer = await fetch(`${portico.issuer}/oauth/token`, { method: "POST", body: new URLSearchParams({ client_id: HOST, ...fields }) });
    return answer.json();
  };
  const me = (token, path, method, body) => fetch(`${portico.issuer}${path}`, {
    method, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, body: body && JSON.stringify(body),
  }).then((answer) => (answer.ok ? answer : Promise.reject(new Error(`${answer.status} from ${path}`))));

  /** Registers an app; what that answered. */
  const register = (app, more = {}) => portico.register("apps", manifest(app, "webview", ["profile.basic"], {
    entry: "http://127.0.0.1:9050/", origins: ["http://127.0.0.1:9050"], ...more,
  }, ["phone.verified"]));

  /** Somebody who has signed in at the host. */
  async function signIn() {
    const username = `person${++people}`;
    portico.createPerson("Mira", username, PASSWORD);
    const verifier = randomBytes(32).toString("base64url");
    const page = new URL(`${portico.issuer}/oauth/authorize`);
    page.search = new URLSearchParams({
      client_id: HOST, response_type: "code", redirect_uri: REDIRECT, scope: "openid host",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256",
    });
    const back = await new Visitor(username, PASSWORD).visit(page.href, REDIRECT);
    const { access_token: token } = await post({
      grant_type: "authorization_code", code: back.searchParams.get("code"), redirect_uri: REDIRECT, code_verifier: verifier,
    });
    const launch = (app) => post({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token: token, subject_token_type: TOKEN, audience: app,
    });
    return {
      /** A launch token. */
      launch: async (app) => (await launch(app)).access_token,
      /** Opens an app for the first time, allowing everything; the launch token. */
      open: async (app) => {
        const { scope, consent_request: request } = await launch(app);
        await me(token, `/v1/consents/${request}`, "POST", { granted: scope.split(" "), refused: [] });
        return (await launch(app)).access_token;
      },
      /** Leaves an app no more than this. */
      keep: (app, scope) => me(token, `/v1/me/apps/${app}`, "PATCH", { scope }),
      signOut: () => me(token, "/v1/me/sessions/current", "DELETE"),
    };
  }
  return { ...portico, register, signIn };
}

/** What a token says, unverified. */
export const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
/** What its header says. */
export const header = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
