import { PorticoHost, type HostOptions, type MiniProgram } from "../../src";
import { fakeBridge, type FakeDocument, type FakeWebView } from "./bridge";
import { Clock, settle } from "./clock";
import { FakePortico, ISSUER } from "./portico";
import { MemoryStore } from "./store";

export const REDIRECT = "com.example.superapp:/back";
export const TAXI = "org.example.taxi";
export const TAXI_ENTRY = "https://taxi.example/";

export interface World {
  readonly clock: Clock;
  readonly portico: FakePortico;
  readonly secrets: MemoryStore;
  readonly host: PorticoHost;
  /** What the host has told, by name, in order. */
  readonly told: [string, unknown][];
  /** Where the browser was sent. */
  readonly visits: string[];
  /** Tells the host that the app is in the foreground again. */
  readonly foreground: () => void;
}

const open = new Set<PorticoHost>();

/** A host with a Portico of its own, and a clock that stands still. */
export function world(options: Partial<HostOptions> = {}, before?: World): World {
  const clock = before?.clock ?? new Clock();
  const portico = before?.portico ?? new FakePortico(clock.now);
  const secrets = before?.secrets ?? new MemoryStore();
  const visits: string[] = [];
  let foreground = () => {};
  const host = new PorticoHost({
    issuer: ISSUER,
    clientId: "super-app",
    redirectUri: REDIRECT,
    secrets,
    browser: async (url) => {
      visits.push(url);
      const consent = /\/consent\/(\w+)/.exec(url)?.[1];
      if (consent === undefined) return portico.visit(url);
      portico.decide(consent, true);
      return `${REDIRECT}?consent=done`;
    },
    environment: {
      send: portico.send,
      stream: portico.stream,
      now: clock.now,
      timer: clock.timer,
      foreground: (run) => {
        foreground = run;
        return () => {};
      },
    },
    ...options,
  });
  open.add(host);
  const told: [string, unknown][] = [];
  for (const name of [
    "signed_in",
    "session_expired",
    "consent_changed",
    "profile_changed",
    "launched",
    "online",
  ] as const)
    host.on(name, (event) => told.push([name, event]));
  return { clock, portico, secrets, host, told, visits, foreground: () => foreground() };
}

/** The same, with somebody signed in and a taxi that they have agreed to. */
export async function signedIn(options: Partial<HostOptions> = {}): Promise<World> {
  const w = world(options);
  w.portico.app(TAXI, "openid profile.basic phone.verified");
  await w.host.adopt(w.portico.signIn());
  await settle();
  return w;
}

/** Opens the taxi in a WebView, whose document has said `ready`. */
export async function taxi(w: World): Promise<{ miniProgram: MiniProgram; view: FakeWebView; page: FakeDocument }> {
  const miniProgram = await w.host.launch(TAXI, { entry: TAXI_ENTRY });
  await miniProgram.attach(1, () => {});
  const { view } = fakeBridge;
  const page = view.load();
  page.ready();
  await settle();
  return { miniProgram, view, page };
}

/** Call it after each test. */
export function closeAll(): void {
  for (const host of open) host.dispose();
  open.clear();
}
