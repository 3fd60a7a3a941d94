import { AccessDenied, ConsentExpired, UnknownMiniProgram, UnsupportedWebView } from "../../src";
import { query } from "../../src/net/form";
import { fakeBridge } from "../support/bridge";
import { settle } from "../support/clock";
import { closeAll, REDIRECT, signedIn, TAXI, TAXI_ENTRY, taxi, type World } from "../support/world";

afterEach(() => {
  closeAll();
  fakeBridge.refusal = null;
});

test("a mini-program's document gets its token once it says ready", async () => {
  const w = await signedIn();
  const miniProgram = await w.host.launch(TAXI, { entry: TAXI_ENTRY, path: "rides?x=1", theme: "dark", locale: "el" });
  await miniProgram.attach(1, () => {});
  const page = fakeBridge.view.load();
  expect(page.heard).toEqual([]);
  page.ready();
  await settle();
  expect(page.heard).toEqual([
    {
      portico: 1,
      type: "launch",
      miniProgramId: TAXI,
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      scope: "openid profile.basic phone.verified",
      expiresIn: 1800,
      theme: "dark",
      locale: "el",
      path: "rides?x=1",
    },
  ]);
  expect(w.told).toContainEqual(["launched", { appId: TAXI, scope: "openid profile.basic phone.verified" }]);
});

test("a person who has not been asked is asked in the browser, and the launch goes on", async () => {
  const w = await signedIn();
  w.portico.app("org.example.shop", "openid profile.basic", "");
  const shop = await w.host.launch("org.example.shop", { entry: "https://shop.example/" });
  expect(shop.scope).toBe("openid profile.basic");
  expect(Object.fromEntries(query(w.visits[0] ?? ""))).toEqual({
    return_to: REDIRECT,
    ui_locales: "en",
    theme: "light",
  });
});

test("an app may ask in its own way, and a consent page that is too old says so", async () => {
  const asked: string[] = [];
  const w = await signedIn({ onConsentRequired: async (request) => void asked.push(request.scope) });
  w.portico.app("org.example.shop", "openid profile.basic", "");
  await expect(w.host.launch("org.example.shop", { entry: "https://shop.example/" })).rejects.toMatchObject({
    code: "consent_required",
  });
  expect(asked).toEqual(["profile.basic"]);
  const old = await signedIn({ browser: async () => `${REDIRECT}?consent=expired` });
  old.portico.app("org.example.shop", "openid profile.basic", "");
  await expect(old.host.launch("org.example.shop", { entry: "https://shop.example/" })).rejects.toThrow(ConsentExpired);
});

test("a consent page that is not the issuer's is never opened", async () => {
  const w = await signedIn();
  w.portico.instead = (_, form) =>
    form["audience"] === TAXI
      ? { status: 400, header: () => null, body: '{"error":"consent_required","consent_uri":"https://evil.example/c"}' }
      : undefined;
  await expect(w.host.launch(TAXI, { entry: TAXI_ENTRY })).rejects.toMatchObject({ code: "invalid_consent_uri" });
  expect(w.visits).toEqual([]);
});

test.each([
  ["unknown", "invalid_target", UnknownMiniProgram],
  ["blocked", "access_denied", AccessDenied],
])("a mini-program that is %s is not opened", async (_, error, type) => {
  const w = await signedIn();
  w.portico.instead = (__, form) =>
    form["audience"] === TAXI ? { status: 400, header: () => null, body: JSON.stringify({ error }) } : undefined;
  await expect(w.host.launch(TAXI, { entry: TAXI_ENTRY })).rejects.toThrow(type);
  expect(w.host.miniPrograms).toEqual([]);
});

test("origins are exact, hold the entry, and belong to one mini-program", async () => {
  const w = await signedIn();
  const refused = { code: "invalid_origin" };
  await expect(w.host.launch(TAXI, { entry: "http://taxi.example/" })).rejects.toMatchObject(refused);
  await expect(w.host.launch(TAXI, { entry: TAXI_ENTRY, origins: ["https://*.example"] })).rejects.toMatchObject(
    refused,
  );
  await expect(w.host.launch(TAXI, { entry: TAXI_ENTRY, origins: ["https://pay.example"] })).rejects.toMatchObject(
    refused,
  );
  await expect(w.host.launch(TAXI, { entry: "https://id.example/x" })).rejects.toMatchObject(refused);
  await expect(w.host.launch(TAXI, { entry: TAXI_ENTRY, path: "//evil.example" })).rejects.toMatchObject({
    code: "invalid_launch",
  });
  const open = await w.host.launch(TAXI, { entry: TAXI_ENTRY });
  w.portico.app("org.example.shop", "openid");
  await expect(w.host.launch("org.example.shop", { entry: `${TAXI_ENTRY}shop` })).rejects.toMatchObject(refused);
  open.close();
  await w.host.launch("org.example.shop", { entry: `${TAXI_ENTRY}shop` });
});

test("a WebView that cannot tell who speaks shows nothing", async () => {
  const w = await signedIn();
  const miniProgram = await w.host.launch(TAXI, { entry: TAXI_ENTRY });
  const before = fakeBridge.listeners();
  fakeBridge.refusal = "unsupported_web_view";
  await expect(miniProgram.attach(1, () => {})).rejects.toThrow(UnsupportedWebView);
  expect(miniProgram.isConnected).toBe(false);
  expect(fakeBridge.listeners()).toBe(before);
});

test("every mini-program has a storage of its own, and so has every person in it", async () => {
  const w = await signedIn();
  w.portico.app("org.example.shop", "openid");
  const first = await w.host.launch(TAXI, { entry: TAXI_ENTRY });
  const shop = await w.host.launch("org.example.shop", { entry: "https://shop.example/" });
  w.portico.person = "bob";
  const second = await w.host.launch(TAXI, { entry: TAXI_ENTRY });
  expect(new Set([first.profile, shop.profile, second.profile]).size).toBe(3);
  for (const profile of [first.profile, shop.profile]) expect(profile).toMatch(/^portico-[\w-]{32}$/);
});

test("the page asks for a younger token, a code, and one for a phone number", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  page.say({ portico: 1, type: "renew", id: "1" });
  page.say({ portico: 1, type: "login", id: "2" });
  page.say({ portico: 1, type: "login", id: "3", purpose: "phone" });
  await settle();
  expect(page.of("token_renewed")).toEqual([expect.objectContaining({ id: "1", expiresIn: 1800 })]);
  expect(page.of("login_code")).toEqual([
    { portico: 1, type: "login_code", id: "2", code: expect.stringMatching(/^login-code/), expiresIn: 300 },
    {
      portico: 1,
      type: "login_code",
      id: "3",
      code: expect.stringMatching(/^phone-code/),
      expiresIn: 300,
      purpose: "phone",
    },
  ]);
});

test("a permission is asked of the person, and what holds already is not", async () => {
  const w = await signedIn();
  w.portico.app("org.example.shop", "openid profile.basic email.verified", "profile.basic");
  const shop = await w.host.launch("org.example.shop", {
    entry: "https://shop.example/",
    scope: "openid profile.basic",
  });
  await shop.attach(1, () => {});
  const page = fakeBridge.view.load();
  page.ready();
  page.say({ portico: 1, type: "request_permission", id: "1", scope: "profile.basic" });
  await settle();
  expect(w.visits).toEqual([]);
  page.say({ portico: 1, type: "request_permission", id: "2", scope: "email.verified" });
  await settle();
  expect(w.visits).toHaveLength(1);
  expect(page.of("launch").map(({ id, scope }) => [id, scope])).toEqual([
    [undefined, "openid profile.basic"],
    ["1", "openid profile.basic"],
    ["2", "openid profile.basic email.verified"],
  ]);
});

test("launched again it asks for what it was launched with, and of what it asked for later for what it has", async () => {
  let isGranted = true;
  const w: World = await signedIn({
    onConsentRequired: async ({ request }) => w.portico.decide(request, isGranted),
  });
  w.portico.app("org.example.shop", "openid profile.basic email.verified phone.verified gender", "profile.basic");
  const shop = await w.host.launch("org.example.shop", {
    entry: "https://shop.example/",
    scope: "openid profile.basic",
  });
  await shop.attach(1, () => {});
  const page = fakeBridge.view.load();
  page.ready();
  for (const scope of ["email.verified", "gender", "phone.verified"]) {
    isGranted = scope !== "phone.verified";
    page.say({ portico: 1, type: "request_permission", id: scope, scope });
    await settle();
  }
  w.portico.push("consent_changed", { app_id: "org.example.shop", scope: "openid email.verified", removed: "gender" });
  const asks = () => w.portico.requests.filter(({ form }) => form["audience"] === "org.example.shop").at(-1)?.form;
  await shop.relaunch();
  expect(asks()?.["scope"]).toBe("openid profile.basic email.verified");
  w.portico.end("expired");
  await settle();
  await w.host.adopt(w.portico.signIn());
  await shop.relaunch();
  expect(asks()?.["scope"]).toBe("openid profile.basic email.verified");
});

test("a page that has gone gets no answer to what it asked", async () => {
  const w = await signedIn();
  const { page, view } = await taxi(w);
  page.say({ portico: 1, type: "renew", id: "1" });
  const next = view.load();
  await settle();
  expect(page.of("token_renewed")).toEqual([]);
  expect(next.heard).toEqual([]);
});

test("two mini-programs do not hear each other", async () => {
  const w = await signedIn();
  w.portico.app("org.example.shop", "openid");
  const { page } = await taxi(w);
  const shop = await w.host.launch("org.example.shop", { entry: "https://shop.example/" });
  await shop.attach(2, () => {});
  const other = fakeBridge.view.load();
  other.ready();
  await settle();
  const heardBefore = page.heard.length;
  other.say({ portico: 1, type: "renew", id: "9" });
  await settle();
  expect(other.of("token_renewed")).toHaveLength(1);
  expect(page.heard).toHaveLength(heardBefore);
});
