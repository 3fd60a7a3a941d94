import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../dist/mini-program/index.js";
import { Clock, settle } from "../fake/clock.js";
import { FakePortico, jwt } from "../fake/portico.js";
import { MemoryStorage } from "../fake/storage.js";

const HOST = "https://app.example";
const ISSUER = "https://id.example";
const MINUTE = 60_000;

/** A page in a frame, whose parent keeps what it is told. */
function framed(ancestor) {
  const said = [];
  const page = new EventTarget();
  const ports = [];
  page.parent = {
    postMessage(message, origin, transfer) {
      said.push({ message, origin });
      ports.push(...transfer.map((port) => ({ origin, port })));
    },
  };
  page.MessageChannel = class {
    port1 = { close() {} };
    port2 = { postMessage: (data) => this.port1.onmessage({ data }) };
  };
  page.location = ancestor ? { ancestorOrigins: [ancestor] } : {};
  const hear = (message, origin = HOST, source = page.parent) =>
    page.dispatchEvent(Object.assign(new Event("message"), { data: message, origin, source }));
  return { page, said, hear, ports };
}

let serial = 0;
const token = (more = {}) =>
  jwt({ iss: ISSUER, sub: "o-alice", scope: "openid profile.basic", jti: (serial += 1), ...more });
const launch = (more = {}) => ({
  portico: 1,
  type: "launch",
  miniProgramId: "org.example.taxi",
  token: token(),
  scope: "openid profile.basic",
  expiresIn: 1800,
  theme: "light",
  locale: "en",
  path: "pages/ride",
  ...more,
});
const expired = (reason = "signed_out") => ({ portico: 1, type: "session_expired", reason });

async function connected(options = {}) {
  const clock = new Clock();
  const portico = new FakePortico(ISSUER, clock.now);
  const frame = framed();
  frame.page.localStorage = options.localStorage;
  Object.defineProperty(frame.page, "sessionStorage", {
    get: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  const promise = connect({
    hostOrigins: [HOST],
    window: frame.page,
    environment: { fetch: portico.fetch, now: clock.now, timer: clock.timer },
    ...options,
  });
  const first = launch(options.launch);
  frame.hear(first);
  return { ...frame, clock, portico, connection: await promise, first };
}

test("ready_goes_to_the_listed_origins_and_the_launch_is_taken_up", async () => {
  const { connection, said, first } = await connected();
  assert.deepEqual(said, [{ message: { portico: 1, type: "ready" }, origin: HOST }]);
  assert.deepEqual(
    [
      connection.miniProgramId,
      connection.scope,
      connection.theme,
      connection.locale,
      connection.path,
      connection.expired,
    ],
    ["org.example.taxi", "openid profile.basic", "light", "en", "pages/ride", false],
  );
  assert.equal(await connection.token(), first.token);
  assert.equal(said.length, 1);
});

test("a_browser_that_names_the_parent_spares_the_guessing", async () => {
  const known = framed("https://other.example");
  void connect({ hostOrigins: [HOST, "https://other.example"], window: known.page, timeout: 0 });
  assert.deepEqual(
    known.said.map(({ origin }) => origin),
    ["https://other.example"],
  );
  const unknown = framed("https://evil.example");
  await assert.rejects(connect({ hostOrigins: [HOST], window: unknown.page }), { name: "NoHost" });
  assert.deepEqual(unknown.said, []);
});

test("only_exact_origins_are_trusted", async () => {
  for (const bad of [
    "*",
    "null",
    "https://app.example/",
    "https://*.example",
    "http://app.example",
    "app.example",
    "https://app.example:443",
  ]) {
    await assert.rejects(
      connect({ hostOrigins: [bad], window: framed().page }),
      { code: "invalid_origin" },
      bad,
    );
  }
});

test("a_page_that_is_in_no_frame_has_no_host", async () => {
  const { page } = framed();
  page.parent = page;
  await assert.rejects(connect({ hostOrigins: [HOST], window: page }), { name: "NoHost", code: "no_host" });
});

test("a_launch_from_anybody_but_the_parent_at_a_listed_origin_is_dropped", async () => {
  const { page, hear } = framed();
  const clock = new Clock();
  const promise = connect({ hostOrigins: [HOST], window: page, environment: clock });
  for (const origin of ["https://app.example.evil.example", "http://app.example", "null"])
    hear(launch(), origin);
  hear(launch(), HOST, { postMessage() {} });
  hear({ ...launch(), token: "none" });
  const outcome = assert.rejects(promise, { name: "NoHost", retryable: true });
  await clock.pass(30_000);
  await outcome;
});

test("a_host_whose_session_is_over_is_a_session_expired", async () => {
  const { page, hear } = framed();
  const promise = connect({ hostOrigins: [HOST], window: page, environment: new Clock() });
  hear(expired("expired"));
  await assert.rejects(promise, { name: "SessionExpired", reason: "expired" });
});

test("a_token_close_to_its_end_is_renewed_through_the_host_once_for_all_callers", async () => {
  const { connection, clock, said, hear } = await connected();
  clock.time += 29.4 * MINUTE;
  await connection.token();
  assert.equal(said.length, 1);
  clock.time += 0.2 * MINUTE;
  const calls = [connection.token(), connection.token(), connection.token()];
  await settle();
  assert.deepEqual(said.slice(1), [{ message: { portico: 1, type: "renew", id: "1" }, origin: HOST }]);
  const next = token();
  hear({ portico: 1, type: "token_renewed", id: "1", token: next, expiresIn: 1800 });
  assert.deepEqual(await Promise.all(calls), [next, next, next]);
  assert.equal(await connection.token(), next);
});

test("a_token_that_the_host_renewed_by_itself_is_used", async () => {
  const { connection, clock, said, hear } = await connected();
  clock.time += 28 * MINUTE;
  const next = token({ scope: "openid" });
  hear({ portico: 1, type: "token_renewed", token: next, expiresIn: 1800 });
  clock.time += 5 * MINUTE;
  assert.equal(await connection.token(), next);
  assert.equal(connection.scope, "openid", "a renewed token may open less");
  assert.equal(said.length, 1);
});

test("a_host_that_does_not_answer_fails_the_call_only_once_the_old_token_is_dead", async () => {
  const { connection, clock, first } = await connected();
  clock.time += 29.6 * MINUTE;
  const early = connection.token();
  await clock.pass(15_000);
  assert.equal(await early, first.token);
  clock.time += MINUTE;
  const late = assert.rejects(connection.token(), { name: "NoHost" });
  await clock.pass(15_000);
  await late;
});

test("a_login_code_comes_back_under_its_own_id", async () => {
  const { connection, said, hear } = await connected();
  const [a, b] = [connection.login(), connection.login()];
  assert.deepEqual(
    said.slice(1).map(({ message }) => message.id),
    ["1", "2"],
  );
  hear({ portico: 1, type: "login_code", id: "2", code: "two", expiresIn: 300 });
  hear({ portico: 1, type: "login_code", id: "99", code: "nobody", expiresIn: 300 });
  hear({ portico: 1, type: "login_code", id: "1", code: "one", expiresIn: 300 });
  assert.deepEqual(await Promise.all([a, b]), ["one", "two"]);
});

test("an_answer_of_another_kind_is_not_taken_for_one", async () => {
  const { connection, hear } = await connected();
  const call = connection.login();
  hear({ portico: 1, type: "token_renewed", id: "1", token: token(), expiresIn: 1800 });
  await assert.rejects(call, { code: "invalid_response" });
});

test("a_permission_is_granted_refused_or_an_error", async () => {
  const { connection, said, hear } = await connected();
  const granted = connection.requestPermission("phone.verified");
  assert.deepEqual(said.at(-1).message, {
    portico: 1,
    type: "request_permission",
    id: "1",
    scope: "phone.verified",
  });
  hear(launch({ id: "1", token: token({ scope: "openid phone.verified" }), scope: "openid phone.verified" }));
  assert.equal(await granted, true);
  assert.equal(connection.scope, "openid phone.verified");
  const leftOut = connection.requestPermission("email.verified");
  hear(launch({ id: "2" }));
  assert.equal(await leftOut, false);
  const refused = connection.requestPermission("email.verified");
  hear({ portico: 1, type: "error", id: "3", error: "access_denied" });
  assert.equal(await refused, false);
  const wrong = connection.requestPermission("no.such");
  hear({ portico: 1, type: "error", id: "4", error: "invalid_scope" });
  await assert.rejects(wrong, { name: "PorticoError", code: "invalid_scope" });
});

test("what_answers_a_permission_begins_nothing_anew", async () => {
  const { connection, hear } = await connected();
  let begun = 0;
  connection.onLaunch(() => (begun += 1));
  const granted = connection.requestPermission("phone.verified");
  hear(launch({ id: "1", scope: "openid phone.verified" }));
  await granted;
  assert.equal(begun, 0);
  hear(launch());
  assert.equal(begun, 1);
  hear(expired());
  hear(launch());
  assert.equal(begun, 2);
  const asked = connection.requestPermission("phone.verified");
  hear(launch({ id: "2", token: token({ sub: "o-bob" }) }));
  await assert.rejects(asked, { name: "SessionExpired" });
  assert.equal(begun, 3);
});

for (const scope of ["", "phone.verified  email.verified", " phone.verified", ["phone.verified"], undefined]) {
  test(`a_permission_that_no_host_understands_is_not_asked_for: ${JSON.stringify(scope)}`, async () => {
    const { connection, said } = await connected();
    await assert.rejects(connection.requestPermission(scope), { name: "PorticoError", code: "invalid_scope" });
    assert.equal(said.length, 1);
  });
}

test("what_the_host_could_not_ask_now_may_be_asked_again", async () => {
  const { connection, hear } = await connected();
  const code = connection.login();
  hear({ portico: 1, type: "error", id: "1", error: "temporarily_unavailable" });
  await assert.rejects(code, { name: "Unreachable", code: "temporarily_unavailable", retryable: true });
});

test("after_session_expired_every_call_rejects_until_a_new_launch", async () => {
  const { connection, said, hear } = await connected();
  const reasons = [];
  connection.onSessionExpired((reason) => reasons.push(reason));
  const waiting = [connection.login(), connection.requestPermission("phone.verified")];
  hear(expired("revoked"));
  for (const call of waiting) await assert.rejects(call, { name: "SessionExpired", reason: "revoked" });
  const asked = said.length;
  for (const call of [
    () => connection.token(),
    () => connection.login(),
    () => connection.requestPermission("a"),
    () => connection.profile(),
  ]) {
    await assert.rejects(call(), { name: "SessionExpired", code: "session_expired", reason: "revoked" });
  }
  assert.deepEqual(
    [said.length, connection.expired, connection.scope, reasons],
    [asked, true, "", ["revoked"]],
  );
  hear({ portico: 1, type: "token_renewed", token: token(), expiresIn: 1800 });
  await assert.rejects(connection.token(), { name: "SessionExpired" }, "a late renewal opens nothing");
  const again = launch();
  hear(again);
  assert.equal(await connection.token(), again.token);
});

test("a_launch_for_somebody_else_clears_what_was_kept", async () => {
  const storage = new MemoryStorage();
  storage.setItem("theme", "mine");
  const { connection, hear } = await connected({
    storages: ["sessionStorage", "localStorage"],
    localStorage: storage,
  });
  const order = [];
  connection.onPersonChanged(() => order.push("person"));
  connection.onLaunch(() => order.push("launch"));
  storage.setItem("cart", "taxi to the airport");
  hear(launch());
  assert.deepEqual([order, storage.getItem("cart")], [["launch"], "taxi to the airport"], "the same person");
  const waiting = connection.login();
  hear(launch({ token: token({ sub: "o-bob" }) }));
  await assert.rejects(waiting, { name: "SessionExpired" }, "what the person before asked for");
  assert.deepEqual([order, storage.getItem("cart")], [["launch", "person", "launch"], null]);
  storage.setItem("cart", "bob's");

  const reloaded = await connected({
    storages: ["localStorage"],
    localStorage: storage,
    launch: { token: token({ sub: "o-bob" }) },
  });
  assert.equal(storage.getItem("cart"), "bob's");
  reloaded.connection.close();
  await connected({ storages: ["localStorage"], localStorage: storage });
  assert.equal(storage.getItem("cart"), null, "also after a reload");
});

test("consent_and_theme_changes_are_heard", async () => {
  const { connection, hear } = await connected();
  const heard = [];
  connection.onConsentChanged((change) => heard.push(change));
  const stop = connection.onThemeChanged((theme) => heard.push(theme));
  hear({ portico: 1, type: "consent_changed", scope: "openid", removed: "profile.basic" });
  hear({ portico: 1, type: "theme_changed", theme: "dark" });
  stop();
  hear({ portico: 1, type: "theme_changed", theme: "light" });
  assert.deepEqual(heard, [{ scope: "openid", removed: "profile.basic" }, "dark"]);
  assert.deepEqual([connection.scope, connection.theme], ["openid", "light"]);
});

test("the_profile_is_asked_of_the_tokens_issuer_with_a_renewed_token_where_the_first_is_refused", async () => {
  const { connection, portico, said, hear } = await connected();
  portico.signIn("super-app");
  assert.deepEqual(await connection.profile(), { sub: "o-alice", name: "alice" });
  assert.equal(portico.count("/.well-known/openid-configuration"), 1);
  let refusals = 1;
  portico.instead = (request) =>
    request.url.endsWith("userinfo") && refusals-- > 0 ? Response.json({}, { status: 401 }) : undefined;
  const call = connection.profile();
  await settle();
  assert.equal(said.at(-1).message.type, "renew");
  hear({ portico: 1, type: "token_renewed", id: "1", token: token({ scope: "openid" }), expiresIn: 1800 });
  assert.deepEqual(await call, { sub: "o-alice" });
  assert.equal(portico.count("/.well-known/openid-configuration"), 1, "discovered once");
});

test("a_profile_that_arrives_after_the_end_is_thrown_away", async () => {
  const { connection, portico, hear } = await connected();
  portico.signIn("super-app");
  let release;
  portico.instead = async (request) =>
    void (request.url.endsWith("userinfo") && (await new Promise((resolve) => (release = resolve))));
  const call = connection.profile();
  await settle();
  hear(launch({ token: token({ sub: "o-bob" }) }));
  release();
  await assert.rejects(call, { name: "SessionExpired" });
});

test("a_closed_connection_hears_nothing", async () => {
  const { connection, hear } = await connected();
  connection.close();
  hear(launch());
  await assert.rejects(connection.token(), { name: "SessionExpired" });
});

test("with_ready_goes_a_port_of_this_document_s_own_and_what_comes_there_counts", async () => {
  const { page, ports, hear } = framed();
  const connecting = connect({ hostOrigins: ["https://other.example", HOST], window: page, timeout: 0 });
  assert.deepEqual(ports.map(({ origin }) => origin), ["https://other.example", HOST]);
  const first = launch();
  ports[1].port.postMessage(first);
  const connection = await connecting;
  assert.equal(await connection.token(), first.token);
  for (const say of [(message) => ports[0].port.postMessage(message), (message) => hear(message, "https://other.example")]) {
    say(expired());
    assert.equal(connection.expired, false, "another origin is no host any more");
  }
  ports[1].port.postMessage(expired());
  assert.equal(connection.expired, true);
});

test("a_full_storage_is_cleared_for_the_note_of_whose_it_is_and_one_that_takes_nothing_is_left_alone", async () => {
  class Full extends MemoryStorage {
    setItem(key, value) {
      if (this.items.size > 0) throw new DOMException("full", "QuotaExceededError");
      super.setItem(key, value);
    }
  }
  const full = new Full();
  full.items.set("home", "somebody's street");
  await connected({ localStorage: full, storages: ["localStorage"] });
  assert.deepEqual([...full.items.keys()], ["portico.sub"]);
  class Closed extends MemoryStorage {
    setItem() {
      throw new DOMException("full", "QuotaExceededError");
    }
  }
  const { connection } = await connected({ localStorage: new Closed(), storages: ["localStorage"] });
  assert.equal(connection.expired, false);
});
