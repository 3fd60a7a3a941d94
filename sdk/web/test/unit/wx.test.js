import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionExpired } from "../../dist/mini-program/index.js";
import { connectWx } from "../../dist/wx/index.js";
import { Clock, settle } from "../fake/clock.js";
import { jwt } from "../fake/portico.js";
import { MemoryStorage } from "../fake/storage.js";

const ISSUER = "https://id.example";
const ANA = { nickName: "Ana", avatarUrl: "", gender: 0, language: "", city: "", province: "", country: "" };
const RAW = JSON.stringify(ANA);

function denied() {
  throw new DOMException("denied", "SecurityError");
}

/** A page in a WebView whose app answers as `host` says. */
async function page({ scope = "openid", storage = new MemoryStorage(), sub = "o-ana", sid = "s1", data = {} } = {}) {
  const clock = new Clock();
  const said = [];
  const window = new EventTarget();
  const tell = (message) => window.portico.onmessage({ data: JSON.stringify({ portico: 1, ...message }) });
  const launch = (now, more = {}) => ({
    type: "launch",
    miniProgramId: "org.example.shop",
    token: jwt({ iss: ISSUER, sub, sid, scope: now }),
    scope: now,
    expiresIn: 1800,
    theme: "light",
    locale: "en",
    path: "",
    ...more,
  });
  const answers = {
    ready: () => launch(scope),
    login: ({ id, purpose }) => ({
      type: "login_code",
      id,
      code: purpose ? "phone-code" : "login-code",
      expiresIn: 300,
      ...(purpose && { purpose }),
    }),
    request_permission: (asked) => launch(`${scope} ${asked.scope}`, { id: asked.id }),
  };
  const postMessage = (text) => {
    const message = JSON.parse(text);
    said.push(message);
    const answer = answers[message.type]?.(message);
    if (answer) queueMicrotask(() => tell(answer));
  };
  Object.assign(window, { parent: window, location: {}, portico: { postMessage } });
  Object.defineProperty(window, "localStorage", { get: () => storage ?? denied() });
  const requests = [];
  const fetch = async (url, init) => {
    requests.push({ url, ...init });
    const { kind } = JSON.parse(init.body);
    const plain = kind === "profile" && { rawData: RAW, signature: "s" };
    return data[kind] ?? Response.json({ encryptedData: "ZQ==", iv: "aQ==", ...plain });
  };
  const wx = connectWx({ hostOrigins: [], window, environment: { fetch, now: clock.now, timer: clock.timer } });
  await wx.portico;
  return { wx, answers, tell, said, requests, storage, launch, clock };
}

test("log_in_gives_a_code_to_callbacks_and_without_any_to_a_promise", async () => {
  const { wx } = await page();
  assert.deepEqual(await wx.login(), { code: "login-code", errMsg: "login:ok" });
  const heard = [];
  assert.equal(
    wx.login({ success: (r) => heard.push(["success", r.code]), complete: (r) => heard.push(["complete", r.errMsg]) }),
    undefined,
  );
  await settle();
  assert.deepEqual(heard, [["success", "login-code"], ["complete", "login:ok"]]);
});

test("a_failure_says_so_in_wechats_words_and_is_still_the_error_that_it_is", async () => {
  const { wx, tell } = await page();
  const ended = [];
  const listener = (event) => ended.push(event);
  wx.onSessionExpired(listener);
  tell({ type: "session_expired", reason: "signed_out" });
  assert.deepEqual(ended, [{ reason: "signed_out" }]);
  const calls = "login checkSession getUserProfile getPhoneNumber authorize getSetting openSetting".split(" ");
  for (const name of calls) {
    await assert.rejects(wx[name]({ scope: "scope.userInfo" }), (error) => {
      assert.ok(error instanceof SessionExpired, name);
      assert.equal(error.errMsg, `${name}:fail signed_out`);
      return true;
    });
    const heard = [];
    wx[name]({ scope: "scope.userInfo", fail: (e) => heard.push(e.errMsg), complete: (e) => heard.push(e.errMsg) });
    await settle();
    assert.deepEqual(heard, Array(2).fill(`${name}:fail signed_out`));
  }
  wx.offSessionExpired(listener);
  tell({ type: "session_expired", reason: "expired" });
  assert.equal(ended.length, 1);
});

test("a_new_launch_makes_everything_work_again", async () => {
  const { wx, tell, launch } = await page();
  tell({ type: "session_expired", reason: "expired" });
  await assert.rejects(wx.login());
  tell(launch("openid"));
  assert.equal((await wx.login()).code, "login-code");
});

test("a_session_is_good_once_somebody_logged_in_in_it_and_no_longer_in_the_next", async () => {
  const storage = new MemoryStorage();
  const first = await page({ storage });
  await assert.rejects(first.wx.checkSession(), { errMsg: "checkSession:fail expired" });
  await first.wx.login();
  assert.deepEqual(await first.wx.checkSession(), { errMsg: "checkSession:ok" });
  const reloaded = await page({ storage });
  assert.deepEqual(await reloaded.wx.checkSession(), { errMsg: "checkSession:ok" });
  const later = await page({ storage, sid: "s2" });
  await assert.rejects(later.wx.checkSession());
});

test("a_profile_is_asked_for_where_it_has_not_been_and_comes_plain_signed_and_encrypted", async () => {
  const { wx, said, requests } = await page();
  assert.deepEqual(await wx.getUserProfile({ desc: "to greet you" }), {
    userInfo: JSON.parse(RAW),
    rawData: RAW,
    signature: "s",
    encryptedData: "ZQ==",
    iv: "aQ==",
    errMsg: "getUserProfile:ok",
  });
  assert.deepEqual(said.at(-1).scope, "profile.basic");
  assert.equal(requests[0].url, `${ISSUER}/v1/wechat/user-data`);
  assert.match(requests[0].headers.authorization, /^Bearer /);
  await wx.getUserProfile();
  assert.equal(said.filter(({ type }) => type === "request_permission").length, 1);
});

test("a_refusal_is_a_failure_and_shows_in_the_settings_until_it_is_taken_back", async () => {
  const { wx, answers, launch } = await page();
  answers.request_permission = ({ id }) => launch("openid", { id });
  await assert.rejects(wx.authorize({ scope: "scope.userInfo" }), {
    errMsg: "authorize:fail auth deny",
    code: "access_denied",
  });
  assert.deepEqual((await wx.getSetting()).authSetting, { "scope.userInfo": false });
  answers.request_permission = ({ id, scope }) => launch(`openid ${scope}`, { id });
  assert.deepEqual(await wx.openSetting(), { authSetting: { "scope.userInfo": true }, errMsg: "openSetting:ok" });
  assert.deepEqual(await wx.authorize({ scope: "scope.userInfo" }), { errMsg: "authorize:ok" });
});

test("a_permission_that_nobody_knows_is_not_asked_for_again_with_those_that_were_refused", async () => {
  const { wx, answers, launch, said } = await page();
  answers.request_permission = ({ id, scope }) =>
    scope === "phone.verified" ? { type: "error", id, error: "access_denied" } : { type: "error", id, error: "invalid_scope" };
  await assert.rejects(wx.getPhoneNumber(), { code: "access_denied" });
  await assert.rejects(wx.authorize({ scope: "scope.writePhotosAlbum" }), { code: "invalid_scope" });
  await assert.rejects(wx.authorize({ scope: "" }), { code: "invalid_scope" });
  answers.request_permission = ({ id, scope }) => launch(`openid ${scope}`, { id });
  assert.deepEqual((await wx.openSetting()).authSetting, { "scope.phoneNumber": true });
  assert.equal(said.at(-1).scope, "phone.verified");
});

/** A page that asks for the address, and is taken away before there is an answer. */
async function taken(storage) {
  const { wx, answers, said } = await page({ storage });
  answers.request_permission = () => undefined;
  void wx.authorize({ scope: "scope.address" });
  await settle();
  assert.equal(said.at(-1).scope, "address.list");
}

test("what_was_refused_where_the_question_took_the_page_away_is_false_in_the_next_document_and_asked_again", async () => {
  const storage = new MemoryStorage();
  await taken(storage);
  const { wx, said } = await page({ storage });
  assert.deepEqual((await wx.getSetting()).authSetting, { "scope.address": false });
  assert.deepEqual((await wx.openSetting()).authSetting, { "scope.address": true });
  assert.deepEqual([said.at(-1).type, said.at(-1).scope], ["request_permission", "address.list"]);
  assert.deepEqual([...storage.items.keys()], [], "granted here");
});

test("what_was_granted_where_the_question_took_the_page_away_is_remembered_no_longer", async () => {
  const storage = new MemoryStorage();
  await taken(storage);
  const { wx, said } = await page({ storage, scope: "openid address.list" });
  assert.deepEqual((await wx.openSetting()).authSetting, { "scope.address": true });
  assert.deepEqual(said.map(({ type }) => type), ["ready"]);
  assert.deepEqual([...storage.items.keys()], []);
});

test("what_one_person_refused_is_not_asked_of_the_next_whom_another_document_finds", async () => {
  const storage = new MemoryStorage();
  await taken(storage);
  const bob = await page({ storage, sub: "o-bob", sid: "s2" });
  assert.deepEqual((await bob.wx.openSetting()).authSetting, {});
  assert.deepEqual(bob.said.map(({ type }) => type), ["ready"]);
  assert.deepEqual([...storage.items.keys()], []);
  const ana = await page({ storage, sid: "s3" });
  assert.deepEqual((await ana.wx.getSetting()).authSetting, {});
});

test("what_somebody_refused_in_a_session_before_is_still_refused", async () => {
  const storage = new MemoryStorage();
  await taken(storage);
  const { wx } = await page({ storage, sid: "s2" });
  assert.deepEqual((await wx.getSetting()).authSetting, { "scope.address": false });
});

test("what_nobody_knows_is_not_remembered_even_where_it_was_known_when_it_was_refused", async () => {
  const storage = new MemoryStorage();
  await taken(storage);
  const { wx, answers } = await page({ storage });
  answers.request_permission = ({ id }) => ({ type: "error", id, error: "invalid_scope" });
  await assert.rejects(wx.openSetting(), { code: "invalid_scope", errMsg: "openSetting:fail the host answered invalid_scope" });
  assert.deepEqual([...storage.items.keys()], []);
  assert.deepEqual(await wx.openSetting(), { authSetting: {}, errMsg: "openSetting:ok" });
});

test("a_call_after_the_end_or_for_no_scope_at_all_changes_nothing_of_what_was_refused", async () => {
  const storage = new MemoryStorage();
  await taken(storage);
  const { wx, tell, launch } = await page({ storage });
  await assert.rejects(wx.authorize(), { code: "invalid_scope" });
  await assert.rejects(wx.authorize({ scope: "a\nb" }), { code: "invalid_scope" });
  tell({ type: "session_expired", reason: "expired" });
  await assert.rejects(wx.authorize({ scope: "scope.userInfo" }), { code: "session_expired" });
  tell(launch("openid"));
  assert.deepEqual((await wx.getSetting()).authSetting, { "scope.address": false });
  const reloaded = await page({ storage });
  assert.deepEqual((await reloaded.wx.getSetting()).authSetting, { "scope.address": false });
});

test("a_frame_that_is_denied_its_storage_remembers_a_refusal_while_the_page_stays", async () => {
  const { wx, answers, launch } = await page({ storage: null });
  answers.request_permission = ({ id }) => launch("openid", { id });
  await assert.rejects(wx.authorize({ scope: "scope.address" }), { code: "access_denied" });
  assert.deepEqual((await wx.getSetting()).authSetting, { "scope.address": false });
  assert.equal((await wx.login()).code, "login-code");
  assert.deepEqual(await wx.checkSession(), { errMsg: "checkSession:ok" });
});

test("a_phone_number_is_a_code_and_where_there_is_a_key_its_older_form_too", async () => {
  const { wx, said } = await page({ scope: "openid phone.verified" });
  assert.deepEqual(await wx.getPhoneNumber(), {
    code: "phone-code",
    encryptedData: "ZQ==",
    iv: "aQ==",
    errMsg: "getPhoneNumber:ok",
  });
  assert.equal(said.at(-1).purpose, "phone");
  const conflict = Response.json({ code: "conflict", detail: "log in first" }, { status: 409 });
  const before = await page({ scope: "openid phone.verified", data: { phone: conflict } });
  assert.deepEqual(await before.wx.getPhoneNumber(), { code: "phone-code", errMsg: "getPhoneNumber:ok" });
});

const BOB = { token: jwt({ iss: ISSUER, sub: "o-bob", sid: "s2", scope: "openid" }) };

for (const [name, held] of [
  ["getUserProfile", "profile"],
  ["getPhoneNumber", "phone"],
]) {
  test(`${name}_fails_when_the_session_ends_meanwhile_even_where_somebody_else_is_here_by_then`, async () => {
    let release;
    const late = new Promise((resolve) => (release = resolve));
    const all = "openid profile.basic phone.verified";
    const { wx, tell, launch } = await page({ scope: all, data: { [held]: late } });
    const call = wx[name]();
    await settle();
    tell({ type: "session_expired", reason: "signed_out" });
    tell(launch(all, BOB));
    release(Response.json({ rawData: RAW, signature: "s", encryptedData: "ZQ==", iv: "aQ==" }));
    await assert.rejects(call, { code: "session_expired", errMsg: `${name}:fail signed_out` });
    assert.notEqual((await wx.portico).scope, "");
  });
}

test("a_renewal_that_the_next_person_overtakes_logs_nobody_in_and_answers_nobody", async () => {
  for (const name of ["login", "checkSession", "getSetting", "openSetting"]) {
    const storage = new MemoryStorage();
    const { wx, tell, launch, answers, clock } = await page({ storage });
    clock.time += 29.9 * 60_000;
    answers.renew = ({ id }) => {
      queueMicrotask(() => {
        tell({ type: "token_renewed", id, token: launch("openid").token, expiresIn: 1800 });
        tell(launch("openid", BOB));
      });
    };
    await assert.rejects(wx[name](), { code: "session_expired", errMsg: `${name}:fail signed_out` });
    await assert.rejects(wx.checkSession(), { errMsg: "checkSession:fail expired" });
  }
});

test("what_one_person_refused_is_not_asked_of_the_next", async () => {
  const { wx, tell, answers, launch, said } = await page();
  answers.request_permission = ({ id }) => launch("openid", { id });
  await assert.rejects(wx.authorize({ scope: "scope.userInfo" }));
  tell(launch("openid", BOB));
  assert.deepEqual((await wx.getSetting()).authSetting, {});
  const before = said.length;
  await wx.openSetting();
  assert.equal(said.length, before);
});

test("a_page_without_a_host_fails_in_every_call", async () => {
  const window = new EventTarget();
  Object.assign(window, { parent: window, location: {} });
  const wx = connectWx({ hostOrigins: [], window });
  await assert.rejects(wx.login(), { code: "no_host", errMsg: "login:fail this page is not in a host" });
});

/** A page in a WebView whose app has said nothing yet. */
function silent(storage = new MemoryStorage()) {
  const clock = new Clock();
  const said = [];
  const window = new EventTarget();
  const portico = { postMessage: (text) => said.push(JSON.parse(text)) };
  Object.assign(window, { parent: window, location: {}, localStorage: storage, portico });
  const tell = (message) => window.portico.onmessage({ data: JSON.stringify({ portico: 1, ...message }) });
  const wx = connectWx({ hostOrigins: [], window, environment: { now: clock.now, timer: clock.timer } });
  const token = jwt({ iss: ISSUER, sub: "o-ana", sid: "s1", scope: "openid" });
  const more = { token, scope: "openid", expiresIn: 1800, theme: "light", locale: "en", path: "" };
  const launch = () => tell({ type: "launch", miniProgramId: "org.example.shop", ...more });
  return { wx, said, tell, launch };
}

test("a_page_that_loads_while_the_session_is_over_works_from_the_next_launch_on", async () => {
  const { wx, tell, launch } = silent();
  const ends = [];
  wx.onSessionExpired((event) => ends.push(event));
  tell({ type: "session_expired", reason: "signed_out" });
  assert.deepEqual(ends, [{ reason: "signed_out" }]);
  await assert.rejects(wx.login(), { errMsg: "login:fail signed_out", code: "session_expired" });
  launch();
  assert.deepEqual(await wx.getSetting(), { authSetting: {}, errMsg: "getSetting:ok" });
});

class Full extends MemoryStorage {
  setItem() {
    throw new DOMException("full", "QuotaExceededError");
  }
}

test("a_full_storage_takes_no_log_in_away", async () => {
  const { wx, said, tell, launch } = silent(new Full());
  launch();
  const login = wx.login();
  await settle();
  tell({ type: "login_code", id: said.at(-1).id, code: "c", expiresIn: 300 });
  assert.equal((await login).code, "c");
  assert.equal((await wx.checkSession()).errMsg, "checkSession:ok");
});

test("whatever_a_call_fails_of_is_an_error_that_can_be_read", async () => {
  const { call } = await import("../../dist/wx/call.js");
  const failing = call("ask", () => Promise.reject(new DOMException("full", "QuotaExceededError")));
  await assert.rejects(failing(), { name: "PorticoError", code: "failed", errMsg: "ask:fail full" });
});

test("a_listener_that_throws_keeps_no_other_from_hearing_of_the_end", async () => {
  const { wx, tell, launch } = silent();
  launch();
  await wx.portico;
  const heard = [];
  const mine = new Error("mine");
  const thrown = new Promise((resolve) => process.setUncaughtExceptionCaptureCallback(resolve));
  wx.onSessionExpired(() => {
    throw mine;
  });
  wx.onSessionExpired(({ reason }) => heard.push(reason));
  tell({ type: "session_expired", reason: "expired" });
  assert.deepEqual(heard, ["expired"]);
  assert.equal(await thrown, mine);
  process.setUncaughtExceptionCaptureCallback(null);
});
