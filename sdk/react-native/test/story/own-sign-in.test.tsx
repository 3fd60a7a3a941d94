// The example of a super app that signs people in itself, and asks for consent in its own way.

import { generateKeyPairSync, randomUUID, sign } from "node:crypto";

import { act } from "react-test-renderer";

import { createApp } from "../../examples/own-sign-in/App";
import { form } from "../../src/net/form";
import { fakeBridge } from "../support/bridge";
import { Screen } from "../support/screen";
import { manifest, serve, type Server } from "../support/server";
import { MemoryStore } from "../support/store";

jest.mock("react-native/Libraries/ReactNative/RendererProxy", () => ({
  ...jest.requireActual<object>("react-native/Libraries/ReactNative/RendererProxy"),
  findNodeHandle: () => 42,
}));

const OWN_ISSUER = "https://app.example";
const REDIRECT = "com.example.superapp:/back";
const { privateKey, publicKey } = generateKeyPairSync("ed25519");

let portico: Server;

beforeAll(async () => {
  portico = await serve();
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "1", alg: "EdDSA", use: "sig" };
  portico.register("hosts", {
    host_id: "super-app",
    name: "Super App",
    redirect_uris: [REDIRECT],
    origins: [],
    token_endpoint_auth_method: "none",
    trusted_issuers: [{ issuer: OWN_ISSUER, jwks: { keys: [jwk] } }],
  });
  portico.register("apps", manifest("org.example.taxi", "https://taxi.example", ["profile.basic"], ["phone.verified"]));
  portico.register("apps", manifest("org.example.shop", "https://shop.example", []));
}, 30_000);

afterAll(() => portico.stop());

/** What the super app's back end does. */
async function signIn(): Promise<Record<string, unknown>> {
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
  const answer = await fetch(`${portico.issuer}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form({
      client_id: "super-app",
      scope: "openid host",
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: `${text}.${sign(null, Buffer.from(text), privateKey).toString("base64url")}`,
    }),
  });
  return (await answer.json()) as Record<string, unknown>;
}

test("a sheet that nobody has answered goes with the session", async () => {
  const options = { issuer: portico.issuer, clientId: "super-app", redirectUri: REDIRECT, secrets: new MemoryStore() };
  const { portico: host, App } = createApp(options, signIn);
  const screen = await Screen.show(<App />);
  await screen.press("Taxi");
  await screen.until(() => screen.text().includes("taxi would like to see:"));
  await act(() => host.signOut());
  await screen.until(() => screen.text().includes("session_expired"));
  expect(screen.text()).not.toContain("taxi would like to see:");
  await screen.leave();
  host.dispose();
}, 30_000);

test("it is signed in once, asks on a sheet of its own, and has two mini-programs open that end together", async () => {
  const options = { issuer: portico.issuer, clientId: "super-app", redirectUri: REDIRECT, secrets: new MemoryStore() };
  const { portico: host, App } = createApp(options, signIn);
  const screen = await Screen.show(<App />);

  await screen.press("Taxi");
  await screen.until(() => screen.text().includes("taxi would like to see:"));
  expect(screen.text()).toContain("so that we can use phone.verified");
  await screen.press("Only what it needs");
  await screen.until(() => host.miniPrograms.length === 1);
  await screen.layOut();
  const taxi = fakeBridge.view.load();
  taxi.ready();
  await screen.until(() => taxi.of("launch").length === 1);
  expect(taxi.of("launch")[0]?.["scope"]).toBe("openid profile.basic");

  await screen.press("Shop");
  await screen.until(() => host.miniPrograms.length === 2);
  await screen.layOut();
  const shop = fakeBridge.view.load();
  shop.ready();
  await screen.until(() => shop.of("launch").length === 1);

  await host.signOut();
  for (const page of [taxi, shop]) expect(page.of("session_expired")).toHaveLength(1);
  await screen.press("Close org.example.taxi");
  await screen.until(() => host.miniPrograms.length === 1);
  await screen.leave();
  host.dispose();
}, 30_000);
