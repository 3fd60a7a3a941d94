// The person is asked, and the session ends before they have answered.

import { settle } from "../support/clock";
import { closeAll, signedIn, TAXI, TAXI_ENTRY, type World } from "../support/world";

afterEach(closeAll);

const codeOf = (error: unknown) => (error as { code: string }).code;

/** Somebody is signed in who has never been asked about the taxi. */
async function newcomer(options: Parameters<typeof signedIn>[0]): Promise<World> {
  const w = await signedIn(options);
  w.portico.app(TAXI, "openid profile.basic", "openid");
  return w;
}

test("a launch whose question nobody has answered rejects when the session ends, and the app hears of it", async () => {
  const signals: AbortSignal[] = [];
  const w = await newcomer({
    onConsentRequired: ({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  const launch = w.host.launch(TAXI, { entry: TAXI_ENTRY }).catch(codeOf);
  await settle();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  w.portico.end("revoked");
  expect(await launch).toBe("session_expired");
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(w.host.miniPrograms).toEqual([]);
});

test("a launch whose question nobody has answered rejects when the host is disposed of", async () => {
  const w = await newcomer({ onConsentRequired: () => new Promise(() => {}) });
  const launch = w.host.launch(TAXI, { entry: TAXI_ENTRY }).catch(codeOf);
  await settle();
  w.host.dispose();
  expect(await launch).toBe("session_expired");
});

test("the browser's visit to the consent page ends with the session, and a sign-in's does not", async () => {
  const visits: { url: string; signal: AbortSignal }[] = [];
  const w = await newcomer({
    browser: (url, _, signal) =>
      new Promise((_resolve, reject) => {
        visits.push({ url, signal });
        signal.addEventListener("abort", () => reject(new Error("closed")));
      }),
  });
  const launch = w.host.launch(TAXI, { entry: TAXI_ENTRY }).catch(codeOf);
  await settle();
  w.portico.end("revoked");
  expect(await launch).toBe("session_expired");
  expect(visits.map(({ signal }) => signal.aborted)).toEqual([true]);
  await w.host.adopt(w.portico.signIn());
  void w.host.signIn().catch(() => {});
  await settle();
  w.portico.end("revoked");
  await settle();
  expect(visits.map(({ signal }) => signal.aborted)).toEqual([true, false]);
});

test("what has been answered is not taken away when the session ends", async () => {
  const signals: AbortSignal[] = [];
  const w: World = await newcomer({
    onConsentRequired: async ({ request, signal }) => {
      signals.push(signal);
      w.portico.decide(request, true);
    },
  });
  await w.host.launch(TAXI, { entry: TAXI_ENTRY });
  w.portico.end("revoked");
  await settle();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});
