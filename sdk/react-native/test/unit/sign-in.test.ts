import { SignInFailed } from "../../src";
import { query } from "../../src/net/form";
import { settle } from "../support/clock";
import { ISSUER } from "../support/portico";
import { closeAll, REDIRECT, world } from "../support/world";

afterEach(closeAll);

test("somebody signs in in the browser, with PKCE, a state and a nonce of their own", async () => {
  const w = world();
  await w.host.signIn({ prompt: "login", maxAge: 0, loginHint: "ana" });
  expect(w.host.session).toEqual({ sub: "host-alice", sid: expect.any(String) });
  const asked = Object.fromEntries(query(w.visits[0] ?? ""));
  expect(asked).toMatchObject({
    response_type: "code",
    client_id: "super-app",
    redirect_uri: REDIRECT,
    scope: "openid host",
    code_challenge_method: "S256",
    prompt: "login",
    max_age: "0",
    login_hint: "ana",
  });
  const secrets = [asked["state"], asked["nonce"], asked["code_challenge"]];
  expect(new Set(secrets).size).toBe(3);
  for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/);
});

test("only the refresh token outlives the app, and it is used when the app is back", async () => {
  const before = world();
  await before.host.signIn();
  expect([...before.secrets.items.values()].map((text) => Object.keys(JSON.parse(text) as object))).toEqual([
    ["sub", "sid", "refreshToken"],
  ]);
  before.host.dispose();
  const after = world({}, before);
  expect(await after.host.restore()).toBe(true);
  expect(after.host.session).toEqual({ sub: "host-alice", sid: expect.any(String) });
  expect(after.portico.count("/oauth/token", { grant_type: "refresh_token" })).toBe(1);
});

test("a session that ended while the app was closed is not restored, and nothing is kept of it", async () => {
  const before = world();
  await before.host.signIn();
  before.host.dispose();
  before.portico.end("revoked");
  const after = world({}, before);
  expect(await after.host.restore()).toBe(false);
  expect(after.secrets.items.size).toBe(0);
});

test("an app that was killed while the person signed in takes up the answer at its next start", async () => {
  let asked = "";
  const before = world({ browser: (url) => new Promise(() => void (asked = url)) });
  void before.host.signIn();
  await settle();
  before.host.dispose();
  const after = world({}, before);
  expect(await after.host.handleRedirect(null)).toBe(false);
  expect(await after.host.handleRedirect("https://elsewhere.example/?state=a&code=b")).toBe(false);
  expect(await after.host.handleRedirect(after.portico.visit(asked))).toBe(true);
  expect(after.host.session).not.toBeNull();
});

test("an address that the app is started with again and again is the answer to nothing any more", async () => {
  let asked = "";
  const browser = (url: string) => new Promise<never>(() => void (asked = url));
  const first = world({ browser });
  void first.host.signIn();
  await settle();
  first.host.dispose();
  const back = first.portico.visit(asked);
  const second = world({}, first);
  expect(await second.host.handleRedirect(back)).toBe(true);
  second.host.dispose();
  const third = world({ browser }, first);
  expect(await third.host.handleRedirect(back)).toBe(false);
  expect(await third.host.restore()).toBe(true);
  await third.host.signOut();
  void third.host.signIn();
  await settle();
  third.host.dispose();
  const fourth = world({}, first);
  expect(await fourth.host.handleRedirect(back)).toBe(false);
  expect(await fourth.host.handleRedirect(first.portico.visit(asked))).toBe(true);
});

test.each([
  ["a state that is not ours", (back: string) => back.replace(/state=[^&]*/, "state=x"), "state_mismatch"],
  ["another issuer", (back: string) => back.replace(/iss=[^&]*/, "iss=https://evil.example"), "issuer_mismatch"],
  ["no issuer", (back: string) => back.replace(/&iss=[^&]*/, ""), "issuer_mismatch"],
  ["a refusal", (back: string) => back.replace(/code=[^&]*/, "error=access_denied"), "access_denied"],
  ["another address", (back: string) => back.replace(REDIRECT, "com.evil:/back"), "state_mismatch"],
])("an answer with %s signs nobody in", async (_, change, code) => {
  const w = world();
  const failing = world({ browser: async (url) => change(w.portico.visit(url)) }, w);
  await expect(failing.host.signIn()).rejects.toEqual(expect.objectContaining({ code, constructor: SignInFailed }));
  expect(failing.host.session).toBeNull();
});

test("an ID token for another sign-in signs nobody in", async () => {
  const w = world();
  w.portico.instead = (path, form) =>
    path === "/oauth/token" && form["grant_type"] === "authorization_code"
      ? { status: 200, header: () => null, body: JSON.stringify(w.portico.signIn("another nonce")) }
      : undefined;
  await expect(w.host.signIn()).rejects.toMatchObject({ code: "invalid_id_token" });
  expect(w.host.session).toBeNull();
});

test("a second sign-in supersedes the first", async () => {
  const w = world();
  let visits = 0;
  const host = world(
    {
      browser: (url, _, signal) =>
        (visits += 1) === 1
          ? new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("closed"))))
          : Promise.resolve(w.portico.visit(url)),
    },
    w,
  ).host;
  const first = expect(host.signIn()).rejects.toThrow("closed");
  await settle();
  await host.signIn();
  await first;
  expect(host.session).not.toBeNull();
});

test("tokens that are not a host's are not adopted", async () => {
  const w = world();
  await expect(w.host.adopt({ access_token: "a", refresh_token: "b" })).rejects.toMatchObject({
    code: "invalid_tokens",
  });
  expect(w.host.session).toBeNull();
});

test("an issuer that is neither https nor loopback is refused", () => {
  expect(() => world({ issuer: "http://id.example" })).toThrow("neither https nor loopback");
});

test("a discovery document that names another issuer is refused", async () => {
  const w = world();
  w.portico.instead = (path) =>
    path.startsWith("/.well-known/")
      ? { status: 200, header: () => null, body: JSON.stringify({ issuer: "https://evil.example" }) }
      : undefined;
  await expect(w.host.signIn()).rejects.toMatchObject({ code: "invalid_issuer" });
  expect(ISSUER).toBe("https://id.example");
});
