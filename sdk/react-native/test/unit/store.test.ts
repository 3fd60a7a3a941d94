// Where the refresh token is kept may fail, and takes its time.

import { form } from "../../src/net/form";
import { settle } from "../support/clock";
import { ISSUER } from "../support/portico";
import { closeAll, signedIn, world, type World } from "../support/world";

afterEach(closeAll);

const MINUTE = 60_000;

/** A renewal is under way that Portico has answered: what it said comes once the returned function is called. */
async function renewing(w: World): Promise<() => void> {
  let come = () => {};
  const late = new Promise<void>((resolve) => (come = resolve));
  w.portico.instead = (path, fields) => {
    if (fields["grant_type"] !== "refresh_token") return undefined;
    w.portico.instead = () => undefined;
    const answer = w.portico.send({ method: "POST", url: `${ISSUER}${path}`, headers: {}, body: form(fields) });
    return late.then(() => answer);
  };
  await w.clock.pass(9 * MINUTE);
  return come;
}

test("a store that cannot keep the new refresh token fails the call, and the session goes on in memory", async () => {
  const w = await signedIn();
  w.clock.time += 9.5 * MINUTE;
  const set = jest.spyOn(w.secrets, "set").mockRejectedValueOnce(new Error("locked"));
  await expect(w.host.call("/v1/me/apps")).rejects.toThrow("locked");
  await w.host.call("/v1/me/apps");
  expect(w.portico.count("/oauth/token", { grant_type: "refresh_token" })).toBe(1);
  await w.clock.pass(9 * MINUTE);
  expect(set).toHaveBeenCalledTimes(2);
});

test("the host hears of the end also where its store cannot forget", async () => {
  const w = await signedIn();
  jest.spyOn(w.secrets, "remove").mockRejectedValue(new Error("locked"));
  w.portico.end("revoked");
  await settle();
  expect(w.told.at(-1)).toEqual(["session_expired", { reason: "revoked" }]);
});

test("what the store is still forgetting is not restored, and its end is told once", async () => {
  const w = await signedIn();
  const remove = w.secrets.remove;
  let forget = () => {};
  const forgotten = new Promise<void>((resolve) => (forget = resolve));
  jest.spyOn(w.secrets, "remove").mockImplementation((key) => forgotten.then(() => remove(key)));
  const out = w.host.signOut();
  await settle();
  const again = w.host.restore();
  await settle();
  forget();
  await out;
  expect(await again).toBe(false);
  expect(w.told.filter(([name]) => name === "session_expired")).toHaveLength(1);
});

test("what a renewal gives after the host was disposed of is there for the next one", async () => {
  const before = await signedIn();
  const come = await renewing(before);
  before.host.dispose();
  come();
  await before.clock.pass(MINUTE);
  expect(await world({}, before).host.restore()).toBe(true);
});

test("what a disposed host was given does not take the place of what the next one has by then, or come back after the session's end", async () => {
  const before = await signedIn();
  const come = await renewing(before);
  before.host.dispose();
  const next = world({}, before);
  await next.host.adopt(before.portico.signIn());
  const kept = [...before.secrets.items.values()];
  come();
  await before.clock.pass(MINUTE);
  expect([...before.secrets.items.values()]).toEqual(kept);

  const comeAgain = await renewing(next);
  next.portico.end("revoked");
  comeAgain();
  await next.clock.pass(MINUTE);
  expect(before.secrets.items.size).toBe(0);
});
