import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { manifest, serve } from "../../../../tests/support/portico.mjs";

const DIST = new URL("../../dist/", import.meta.url);
export const PASSWORD = "correct horse battery staple";

/** A site at `name`: `page()` at every path, but for the SDK's files under `/sdk/` and what `api` answers. */
export async function site(name, page, api = {}) {
  const answer = async (request) => {
    const { pathname } = new URL(request.url, "http://site");
    if (pathname.startsWith("/sdk/"))
      return ["text/javascript", await readFile(new URL(pathname.slice("/sdk/".length), DIST))];
    if (api[pathname]) return api[pathname](request);
    return ["text/html", await page()];
  };
  const server = createServer((request, response) => {
    answer(request).then(
      ([type, body]) => response.writeHead(200, { "content-type": type }).end(body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://${name}:${server.address().port}`, close };
}

/** A request's JSON body, whatever its content type. */
export async function sent(request) {
  return JSON.parse(Buffer.concat(await request.toArray()).toString());
}

const HOW = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
};

/** A browser that denies frames of other sites their storage. */
export const browser = () => chromium.launch(HOW);

/** One that gives them a storage for each site around them, and keeps it in `folder`. */
export function storing(folder) {
  mkdirSync(join(folder, "Default"));
  writeFileSync(join(folder, "Default/Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
  return chromium.launchPersistentContext(folder, HOW);
}

/** The real server, with a developer, Ana, and the host `super-app` at `origin`, which may sign people in itself. */
export async function town(origin) {
  const portico = await serve();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "1", alg: "EdDSA", use: "sig" };
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  portico.register("hosts", {
    host_id: "super-app",
    name: "Super App",
    redirect_uris: [`${origin}/`],
    origins: [origin],
    token_endpoint_auth_method: "none",
    trusted_issuers: [{ issuer: "https://app.example", jwks: { keys: [jwk] } }],
  });
  portico.createPerson("Ana Markou", "ana", PASSWORD, "--phone", "+8613800138000", "--phone-verified");
  const register = (appId, at, permissions, optional = []) =>
    portico.register("apps", manifest(appId, "webview", permissions, { entry: `${at}/`, origins: [at] }, optional));

  /** The token endpoint's answer to the super app's own back end, for somebody that it signed in (RFC 7523). */
  const assert = async (sub) => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: "https://app.example", sub, aud: portico.issuer, iat: now, exp: now + 60, jti: randomUUID() };
    const text = `${part({ alg: "EdDSA", kid: "1" })}.${part(claims)}`;
    const assertion = `${text}.${sign(null, Buffer.from(text), privateKey).toString("base64url")}`;
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const body = new URLSearchParams({ grant_type, client_id: "super-app", scope: "openid host", assertion });
    return (await fetch(`${portico.issuer}/oauth/token`, { method: "POST", body })).json();
  };
  return { portico, register, assert };
}

/** Signs Ana in at Portico's own page. */
export async function signIn(page) {
  await page.getByLabel(/user/i).fill("ana");
  await page.getByLabel(/password/i).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  // The shell has still to redeem the code that the page came back with.
  await page.waitForFunction(() => sessionStorage["portico.super-app.tokens"]);
}
