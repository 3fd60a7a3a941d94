// The host against the real server, by React Native's own XMLHttpRequest.

import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";

import { PorticoHost, type HostOptions, type HostEvents } from "../../src";
import { form } from "../../src/net/form";
import { fakeBridge, type FakeDocument } from "../support/bridge";
import { person } from "../support/person";
import { manifest, serve, type Server } from "../support/server";
import { MemoryStore } from "../support/store";

const PASSWORD = "correct horse battery staple";
const REDIRECT = "com.example.superapp:/back";
const OWN_ISSUER = "https://app.example";
const { privateKey, publicKey } = generateKeyPairSync("ed25519");

let portico: Server;
const hosts: PorticoHost[] = [];

beforeAll(async () => {
  portico = await serve();
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  portico.register("hosts", {
    host_id: "super-app",
    name: "Super App",
    redirect_uris: [REDIRECT],
    origins: [],
    token_endpoint_auth_method: "none",
    trusted_issuers: [
      {
        issuer: OWN_ISSUER,
        jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "EdDSA", use: "sig" }] },
      },
    ],
  });
  portico.register("apps", manifest("org.example.taxi", "https://taxi.example", ["profile.basic"], ["email.verified"]));
  portico.register("apps", manifest("org.example.shop", "https://shop.example", []));
  const address = ["--email", "ana@example.org", "--email-verified"];
  portico.cli(
    ["users", "create", "--name", "Ana Markou", "--username", "ana", ...address, "--password-stdin"],
    PASSWORD,
  );
}, 30_000);

afterAll(async () => {
  for (const host of hosts) host.dispose();
  await portico.stop();
});

function newHost(options: Partial<HostOptions> = {}): PorticoHost {
  const host = new PorticoHost({
    issuer: portico.issuer,
    clientId: "super-app",
    redirectUri: REDIRECT,
    secrets: new MemoryStore(),
    browser: person("ana", PASSWORD),
    ...options,
  });
  hosts.push(host);
  return host;
}

function next<Name extends keyof HostEvents>(
  host: PorticoHost,
  name: Name,
  isMeant: (event: HostEvents[Name]) => boolean = () => true,
): Promise<HostEvents[Name]> {
  return new Promise((resolve) => {
    const stop = host.on(name, (event) => {
      if (!isMeant(event)) return;
      stop();
      resolve(event);
    });
  });
}

/** Opens a mini-program in a WebView whose page says `ready`; resolves once that was launched. */
async function open(host: PorticoHost, appId: string, entry: string, scope?: string): Promise<FakeDocument> {
  const miniProgram = await host.launch(appId, { entry, ...(scope !== undefined && { scope }) });
  await miniProgram.attach(1, () => {});
  const page = fakeBridge.view.load();
  const launched = next(host, "launched");
  page.ready();
  await launched;
  return page;
}

async function answer(page: FakeDocument, type: string, id: string) {
  for (;;) {
    const [reply] = page.heard.filter((message) => message["id"] === id);
    if (reply !== undefined) return (expect(reply.type).toBe(type), reply);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const userinfo = async (token: unknown) => {
  const headers = { authorization: `Bearer ${String(token)}` };
  const response = await fetch(`${portico.issuer}/oauth/userinfo`, { headers });
  return response.ok ? ((await response.json()) as Record<string, unknown>) : response.status;
};

test("a person signs in, agrees, and a mini-program learns just that; then everything ends at once", async () => {
  const host = newHost();
  const online = next(host, "online");
  await host.signIn();
  expect(await online).toBe(true);

  const taxi = await open(host, "org.example.taxi", "https://taxi.example/", "openid profile.basic");
  const [launch] = taxi.of("launch");
  expect(launch).toMatchObject({ miniProgramId: "org.example.taxi", scope: "openid profile.basic", theme: "light" });
  expect(await userinfo(launch?.["token"])).toMatchObject({ name: "Ana Markou" });

  taxi.say({ portico: 1, type: "renew", id: "r" });
  const renewed = await answer(taxi, "token_renewed", "r");
  expect(await userinfo(renewed["token"])).toMatchObject({ name: "Ana Markou" });

  taxi.say({ portico: 1, type: "login", id: "l" });
  expect(await answer(taxi, "login_code", "l")).toMatchObject({ code: expect.any(String) });

  taxi.say({ portico: 1, type: "request_permission", id: "p", scope: "email.verified" });
  const more = await answer(taxi, "launch", "p");
  expect(await userinfo(more["token"])).toMatchObject({ email: "ana@example.org" });

  const shop = await open(host, "org.example.shop", "https://shop.example/");
  expect(shop.of("launch")).toHaveLength(1);

  const withdrawn = next(host, "consent_changed", ({ removed }) => removed !== "");
  await host.call("/v1/me/apps/org.example.taxi", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ scope: "openid profile.basic" }),
  });
  expect(await withdrawn).toMatchObject({ appId: "org.example.taxi", removed: "email.verified" });
  expect(taxi.of("consent_changed").at(-1)).toMatchObject({ scope: "openid profile.basic", removed: "email.verified" });
  expect(shop.of("consent_changed")).toEqual([]);

  const expired = next(host, "session_expired");
  await host.signOut();
  expect(await expired).toEqual({ reason: "signed_out" });
  for (const page of [taxi, shop]) expect(page.of("session_expired")).toHaveLength(1);
  expect(await userinfo(more["token"])).toBe(401);
}, 30_000);

test("a session that the operator ends is over in every open mini-program, by the stream", async () => {
  const host = newHost();
  await host.signIn();
  const pages = [
    await open(host, "org.example.taxi", "https://taxi.example/", "openid profile.basic"),
    await open(host, "org.example.shop", "https://shop.example/"),
  ];
  const expired = next(host, "session_expired");
  const users = portico.cli(["users", "list"]) as unknown as {
    items?: { user_id: string }[];
    users?: { user_id: string }[];
  };
  const [user] = users.items ?? users.users ?? [];
  portico.cli(["users", "end-sessions", user?.user_id ?? ""]);
  expect(await expired).toEqual({ reason: "revoked" });
  for (const page of pages)
    expect(page.of("session_expired")).toEqual([expect.objectContaining({ reason: "revoked" })]);
  expect(host.session).toBeNull();
}, 30_000);

test("an app that was closed is signed in again by the refresh token alone", async () => {
  const secrets = new MemoryStore();
  const before = newHost({ secrets });
  const { sid } = await before.signIn();
  before.dispose();
  const after = newHost({ secrets });
  expect(await after.restore()).toBe(true);
  expect(after.session?.sid).toBe(sid);
  await after.signOut();
  expect(await newHost({ secrets }).restore()).toBe(false);
}, 30_000);

test("a super app that signs people in itself adopts what its back end got, and draws its own consent", async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: OWN_ISSUER,
    sub: "customer-17",
    aud: portico.issuer,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
  };
  const text = `${part({ alg: "EdDSA", kid: "1" })}.${part({ ...claims, name: "Dana Petrou" })}`;
  const key = createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }));
  const grant = await fetch(`${portico.issuer}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form({
      client_id: "super-app",
      scope: "openid host",
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`,
    }),
  });
  const asked: string[] = [];
  const host: PorticoHost = newHost({
    onConsentRequired: async ({ request, scope }) => {
      asked.push(scope);
      await host.consent(request);
      await host.decide(request, { granted: ["profile.basic"], refused: ["email.verified"] });
    },
  });
  await host.adopt((await grant.json()) as Record<string, unknown>);
  const taxi = await open(host, "org.example.taxi", "https://taxi.example/");
  expect(asked).toEqual(["profile.basic email.verified"]);
  expect(await userinfo(taxi.of("launch")[0]?.["token"])).toMatchObject({ name: "Dana Petrou" });
  expect(taxi.of("launch")[0]?.["scope"]).toBe("openid profile.basic");
}, 30_000);
