// Both halves together: this host, and a page that is written with the browser's package, over the bridge of a WebView.

import { PorticoHost, type ConsentRequest } from "../../src";
import { fakeBridge } from "../support/bridge";
import { settle } from "../support/clock";
import { person } from "../support/person";
import { manifest, serve, type Server } from "../support/server";
import { MemoryStore } from "../support/store";

interface Page {
  readonly scope: string;
  token(): Promise<string>;
  profile(): Promise<{ name?: string }>;
  login(): Promise<string>;
  requestPermission(scope: string): Promise<boolean>;
  onSessionExpired(listener: (reason: string) => void): void;
  onConsentChanged(listener: (change: { removed: string }) => void): void;
}

const { connect } = jest.requireActual<{ connect(options: object): Promise<Page> }>(
  "../../../web/dist/mini-program/index.js",
);

const PASSWORD = "correct horse battery staple";
const REDIRECT = "com.example.superapp:/back";

let portico: Server;
let host: PorticoHost;
/** What the person says no to. */
let refused = "";

beforeAll(async () => {
  portico = await serve();
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  portico.register("hosts", {
    host_id: "super-app",
    name: "Super App",
    redirect_uris: [REDIRECT],
    origins: [],
    token_endpoint_auth_method: "none",
  });
  portico.register("apps", manifest("org.example.taxi", "https://taxi.example", ["profile.basic"], ["email.verified"]));
  portico.register("apps", manifest("org.example.bank", "https://bank.example", ["profile.basic", "email.verified"]));
  const address = ["--email", "ana@example.org", "--email-verified"];
  portico.cli(
    ["users", "create", "--name", "Ana Markou", "--username", "ana", ...address, "--password-stdin"],
    PASSWORD,
  );
  const browser = person("ana", PASSWORD);
  const secrets = new MemoryStore();
  const decide = async ({ request, scope }: ConsentRequest) => {
    const [yes, no] = [scope.split(" ").filter((each) => each !== refused), scope === refused ? [refused] : []];
    await host.decide(request, { granted: yes, refused: no });
  };
  const options = { issuer: portico.issuer, clientId: "super-app", redirectUri: REDIRECT };
  host = new PorticoHost({ ...options, secrets, browser, onConsentRequired: decide });
}, 30_000);

afterAll(async () => {
  host.dispose();
  await portico.stop();
});

/** A page in the WebView that was attached last, in which the native module has put its object. */
function open(): Promise<Page> {
  const page = fakeBridge.view.load();
  const native = {
    onmessage: null as ((event: { data: string }) => void) | null,
    postMessage: (text: string) => setImmediate(() => page.say(text)),
  };
  page.onText = (data) => setImmediate(() => native.onmessage?.({ data }));
  const window: Record<string, unknown> = { portico: native, location: { origin: page.origin } };
  window["parent"] = window;
  return connect({ hostOrigins: [], window, storages: [] });
}

test("a page connects, sees its person, asks for more, and stops when the session ends", async () => {
  await host.signIn();
  const miniProgram = await host.launch("org.example.taxi", {
    entry: "https://taxi.example/",
    scope: "openid profile.basic",
  });
  await miniProgram.attach(1, () => {});
  const page = await open();
  expect(await page.profile()).toMatchObject({ name: "Ana Markou" });
  expect((await page.token()).split(".")).toHaveLength(3);
  expect(await page.login()).toEqual(expect.any(String));
  expect(await page.requestPermission("email.verified")).toBe(true);

  const ended = new Promise((resolve) => page.onSessionExpired(resolve));
  await host.signOut();
  expect(await ended).toBe("signed_out");
  for (const call of [page.token(), page.profile(), page.login(), page.requestPermission("email.verified")])
    await expect(call).rejects.toMatchObject({ code: "session_expired" });
}, 30_000);

test("what the session's end takes from a page, a new launch in the same place gives back", async () => {
  await host.signIn();
  const miniProgram = await host.launch("org.example.taxi", {
    entry: "https://taxi.example/",
    scope: "openid profile.basic",
  });
  await miniProgram.attach(2, () => {});
  const page = await open();
  const ended = new Promise((resolve) => page.onSessionExpired(resolve));
  await host.signOut();
  await ended;
  await host.signIn();
  await miniProgram.relaunch();
  await settle();
  expect(await page.profile()).toMatchObject({ name: "Ana Markou" });
}, 30_000);

test("a permission that is refused, or taken back, keeps nothing from being launched again as it was", async () => {
  await host.signIn();
  const bank = { entry: "https://bank.example/", scope: "openid profile.basic" };
  const miniProgram = await host.launch("org.example.bank", bank);
  await miniProgram.attach(3, () => {});
  const page = await open();
  refused = "email.verified";
  expect(await page.requestPermission("email.verified")).toBe(false);
  await miniProgram.relaunch();
  expect(miniProgram.scope).toBe("openid profile.basic");

  refused = "";
  expect(await page.requestPermission("email.verified")).toBe(true);
  const withdrawn = new Promise((resolve) => page.onConsentChanged(resolve));
  await host.call("/v1/me/apps/org.example.bank", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ scope: "openid profile.basic" }),
  });
  await withdrawn;
  await miniProgram.relaunch();
  expect(miniProgram.scope).toBe("openid profile.basic");
}, 30_000);
