import { PorticoHost } from "../../dist/host/index.js";
import { Clock, settle } from "./clock.js";
import { openPage } from "./page.js";
import { FakePortico } from "./portico.js";
import { MemoryStorage } from "./storage.js";

export const HOST = "https://app.example";
export const ISSUER = "https://id.example";
export const REDIRECT = `${HOST}/`;
export const TAXI = "org.example.taxi";
export const TAXI_ENTRY = "https://taxi.example/";

let chance = 0;

/** A host in a page of its own, with a Portico of its own, and a clock that stands still. */
export function world(options = {}) {
  const clock = options.clock ?? new Clock();
  const portico = options.portico ?? new FakePortico(ISSUER, clock.now);
  const storage = options.storage ?? new MemoryStorage();
  const page = openPage(options.href ?? REDIRECT, options.tab ?? storage);
  const went = [];
  const host = new PorticoHost({
    issuer: ISSUER,
    clientId: "super-app",
    redirectUri: REDIRECT,
    locale: "en",
    storage,
    navigate: (url) => went.push(url),
    environment: {
      fetch: portico.fetch,
      now: clock.now,
      timer: clock.timer,
      random: (n) => new Uint8Array(n).fill((chance += 1)),
    },
    ...options.host,
  });
  const events = [];
  for (const name of [
    "signed_in",
    "session_expired",
    "consent_changed",
    "profile_changed",
    "launched",
    "permission_requested",
    "online",
  ]) {
    host.on(name, (event) => events.push([name, event]));
  }
  return { clock, portico, storage, page, went, host, events };
}

/** The same, with somebody signed in. */
export async function signedIn(t, options = {}) {
  const w = world(options);
  t.after(() => w.host.dispose());
  w.portico.app(TAXI, "openid profile.basic phone.verified");
  await w.host.adopt(w.portico.signIn("super-app", undefined));
  await settle();
  return w;
}

/** Takes up the session of before; other tabs have had their time to speak. */
export async function restored(w) {
  const answer = w.host.restore();
  await w.clock.pass(250);
  return answer;
}

/** Opens the taxi, whose document says `ready`. */
export async function taxi(w, options = {}) {
  const miniProgram = await w.host.launch(TAXI, { entry: TAXI_ENTRY, ...w.page, ...options });
  miniProgram.iframe.say({ portico: 1, type: "ready" });
  miniProgram.iframe.load();
  await settle();
  return { miniProgram, frame: miniProgram.iframe };
}
