import { NotSignedIn, SessionExpired, Unreachable } from "../../src";
import { settle } from "../support/clock";
import { closeAll, signedIn, TAXI, TAXI_ENTRY, taxi, world } from "../support/world";

afterEach(closeAll);

const MINUTE = 60_000;
const refreshes = { grant_type: "refresh_token" };

test("the access token is renewed a minute before its end, and once only", async () => {
  const w = await signedIn();
  await w.clock.pass(9 * MINUTE - 1);
  expect(w.portico.count("/oauth/token", refreshes)).toBe(0);
  await w.clock.pass(1);
  expect(w.portico.count("/oauth/token", refreshes)).toBe(1);
});

test("however many ask while it is being renewed, one request is in flight", async () => {
  const w = await signedIn();
  w.clock.time += 20 * MINUTE;
  await Promise.all([
    w.host.call("/v1/me/apps"),
    w.host.call("/v1/me/profile"),
    w.host.launch(TAXI, { entry: TAXI_ENTRY }),
  ]);
  expect(w.portico.count("/oauth/token", refreshes)).toBe(1);
});

test("an open mini-program's token is renewed in time, and the page is told", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  await w.clock.pass(28 * MINUTE);
  expect(page.of("token_renewed")).toEqual([expect.objectContaining({ expiresIn: 1800 })]);
});

test("the renewal of a launch token has one request in flight", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  const before = w.portico.count("/oauth/token", { audience: TAXI });
  for (const id of ["1", "2", "3"]) page.say({ portico: 1, type: "renew", id });
  await settle();
  expect(w.portico.count("/oauth/token", { audience: TAXI })).toBe(before + 1);
  expect(page.of("token_renewed").map((message) => message["id"])).toEqual(["1", "2", "3"]);
});

test("when the session ends, every open mini-program is told, and asks in vain from then on", async () => {
  const w = await signedIn();
  const pages = [await taxi(w), await taxi(w), await taxi(w)].map(({ page }) => page);
  w.portico.end("password_changed");
  await settle();
  for (const page of pages) {
    expect(page.of("session_expired")).toEqual([{ portico: 1, type: "session_expired", reason: "revoked" }]);
    page.say({ portico: 1, type: "renew", id: "1" });
  }
  await settle();
  for (const page of pages) expect(page.of("session_expired")).toHaveLength(2);
  expect(w.told.at(-1)).toEqual(["session_expired", { reason: "password_changed" }]);
  expect(w.secrets.items.size).toBe(0);
  await expect(w.host.launch(TAXI, { entry: TAXI_ENTRY })).rejects.toThrow(NotSignedIn);
});

test("a renewal that the session's end overtakes gives the page nothing", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  page.say({ portico: 1, type: "renew", id: "1" });
  w.portico.end("signed_out");
  await settle();
  expect(page.of("token_renewed")).toEqual([]);
  expect(page.of("error")).toEqual([]);
  expect(page.of("session_expired")).toHaveLength(1);
});

test("signing out ends the session at Portico; while that cannot be told, nobody is signed out", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  w.portico.instead = (path) => (path === "/oauth/revoke" ? Promise.reject(new Error("no network")) : undefined);
  await expect(w.host.signOut()).rejects.toThrow(Unreachable);
  expect(page.of("session_expired")).toEqual([]);
  w.portico.instead = () => undefined;
  await w.host.signOut();
  expect(w.portico.session).toBeNull();
  expect(page.of("session_expired")).toEqual([{ portico: 1, type: "session_expired", reason: "signed_out" }]);
});

test("after a new sign-in of the same person a mini-program is launched where it is", async () => {
  const w = await signedIn();
  const { page, miniProgram, view } = await taxi(w);
  w.portico.end("expired");
  await settle();
  await w.host.adopt(w.portico.signIn());
  await miniProgram.relaunch();
  expect(page.of("launch")).toHaveLength(2);
  expect(view.isAttached).toBe(true);
});

test("a new sign-in of another person lets go of the WebView, and its page learns nothing of them", async () => {
  const w = await signedIn();
  const { page, miniProgram, view } = await taxi(w);
  const profiles = [miniProgram.profile];
  miniProgram.onProfile(() => profiles.push(miniProgram.profile));
  w.portico.end("expired");
  await settle();
  w.portico.person = "bob";
  await w.host.adopt(w.portico.signIn());
  await miniProgram.relaunch();
  expect(new Set(profiles).size).toBe(2);
  expect(view.isAttached).toBe(false);
  expect(page.of("launch")).toHaveLength(1);
});

test("a withdrawn consent and another theme reach the mini-program, and the host", async () => {
  const w = await signedIn();
  const { page, miniProgram } = await taxi(w);
  w.portico.push("consent_changed", { app_id: TAXI, scope: "openid profile.basic", removed: "phone.verified" });
  w.portico.push("profile_changed", { claims: ["name"] });
  w.host.setTheme("dark");
  expect(page.of("consent_changed")).toEqual([
    { portico: 1, type: "consent_changed", scope: "openid profile.basic", removed: "phone.verified" },
  ]);
  expect(page.of("theme_changed")).toEqual([{ portico: 1, type: "theme_changed", theme: "dark" }]);
  expect(miniProgram.scope).toBe("openid profile.basic");
  expect(w.told).toContainEqual(["profile_changed", { claims: ["name"] }]);
});

test("a broken stream is opened again after the last event, and at once when the app is back", async () => {
  const w = await signedIn();
  w.portico.push("profile_changed", { claims: ["name"] });
  w.portico.breakStreams();
  await w.clock.pass(1_000);
  const opened = () => w.portico.requests.filter(({ path }) => path === "/v1/events");
  expect(opened()).toHaveLength(2);
  expect(opened()[1]?.request.headers["last-event-id"]).toMatch(/^\d+$/);
  w.foreground();
  await settle();
  expect(opened()).toHaveLength(3);
  expect(w.portico.streams.size).toBe(1);
  expect(w.told.filter(([name]) => name === "online").map(([, now]) => now)).toEqual([true, false, true, true]);
});

test("a stream that is silent for 45 seconds is taken for dead", async () => {
  const w = await signedIn();
  await w.clock.pass(44_999);
  expect(w.portico.count("/v1/events")).toBe(1);
  await w.clock.pass(1_001);
  expect(w.portico.count("/v1/events")).toBe(2);
});

test("without an answer the token is used to its end, and renewed when there is one", async () => {
  const w = await signedIn();
  w.portico.instead = (_, form) =>
    form["grant_type"] === "refresh_token" ? Promise.reject(new Error("no network")) : undefined;
  w.clock.time += 9.5 * MINUTE;
  await w.host.call("/v1/me/apps");
  w.clock.time += MINUTE;
  await expect(w.host.call("/v1/me/apps")).rejects.toThrow(Unreachable);
  w.portico.instead = () => undefined;
  await w.host.call("/v1/me/apps");
});

test("a refresh token that is refused is the end of the session", async () => {
  const w = await signedIn();
  const { page } = await taxi(w);
  w.portico.session = null;
  await expect(w.host.call("/v1/me/apps")).rejects.toThrow(SessionExpired);
  expect(page.of("session_expired")).toEqual([{ portico: 1, type: "session_expired", reason: "expired" }]);
});

test("a store that cannot keep the new refresh token fails the call, and the session goes on in memory", async () => {
  const w = await signedIn();
  w.clock.time += 9.5 * MINUTE;
  const set = jest.spyOn(w.secrets, "set").mockRejectedValueOnce(new Error("locked"));
  await expect(w.host.call("/v1/me/apps")).rejects.toThrow("locked");
  await w.host.call("/v1/me/apps");
  expect(w.portico.count("/oauth/token", refreshes)).toBe(1);
  await w.clock.pass(9 * MINUTE);
  expect(set).toHaveBeenCalledTimes(2);
});

test("nobody is signed in before somebody signs in", async () => {
  const w = world();
  expect(await w.host.restore()).toBe(false);
  await expect(w.host.call("/v1/me/apps")).rejects.toThrow(NotSignedIn);
});

test("no token is in an error's text", async () => {
  const w = await signedIn();
  const [stored] = [...w.secrets.items.values()];
  const { refreshToken } = JSON.parse(stored ?? "{}") as { refreshToken: string };
  w.portico.instead = () => Promise.reject(new Error(refreshToken));
  const error = await w.host.call("/v1/me/apps?x=secret").catch((e: unknown) => e);
  expect(String(error)).toBe("Error: no answer from https://id.example/v1/me/apps".replace("Error", "Unreachable"));
});
