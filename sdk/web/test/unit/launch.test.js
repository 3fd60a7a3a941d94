import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../fake/clock.js";
import { HOST, signedIn, TAXI, TAXI_ENTRY, taxi } from "../fake/host.js";

const MINUTE = 60_000;
const EXCHANGE = { grant_type: "urn:ietf:params:oauth:grant-type:token-exchange" };
const ready = { portico: 1, type: "ready" };
const entry = { entry: TAXI_ENTRY };

test("a_launch_is_a_token_exchange_and_the_frame_is_told_when_it_is_ready", async (t) => {
  const w = await signedIn(t);
  const { frame, miniProgram } = await taxi(w, {
    scope: "openid profile.basic",
    theme: "dark",
    locale: "zh-Hans",
    path: "pages/ride",
  });
  const [exchange] = w.portico.requests.filter((r) => r.form.grant_type === EXCHANGE.grant_type);
  assert.deepEqual(
    { ...exchange.form, subject_token: exchange.form.subject_token.slice(0, 7) },
    {
      ...EXCHANGE,
      client_id: "super-app",
      subject_token: "access-",
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience: TAXI,
      scope: "openid profile.basic",
    },
  );
  assert.equal(frame.sandbox, "allow-scripts allow-same-origin allow-forms");
  assert.equal(frame.referrerPolicy, "no-referrer");
  assert.equal(frame.src, TAXI_ENTRY, "no token in the address");
  const [{ message, origin }] = frame.sent;
  assert.equal(origin, "https://taxi.example");
  const { token, ...rest } = message;
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.deepEqual(rest, {
    portico: 1,
    type: "launch",
    miniProgramId: TAXI,
    scope: "openid profile.basic",
    expiresIn: 1800,
    theme: "dark",
    locale: "zh-Hans",
    path: "pages/ride",
  });
  assert.equal(miniProgram.connected, true);
  assert.deepEqual(w.events.at(-1), ["launched", { appId: TAXI, scope: "openid profile.basic" }]);
});

test("nobody_but_the_frames_own_window_at_its_own_origin_is_answered", async (t) => {
  const w = await signedIn(t);
  const miniProgram = await w.host.launch(TAXI, { ...entry, ...w.page });
  const frame = miniProgram.iframe;
  for (const origin of [
    "https://taxi.example.evil.example",
    "http://taxi.example",
    "https://taxi.example:8443",
    HOST,
    "null",
  ])
    frame.say(ready, origin);
  frame.say(ready, "https://taxi.example", { postMessage() {} });
  frame.say(ready, "https://taxi.example", null);
  frame.say({ portico: 1, type: "renew", id: "1" });
  frame.say({ portico: 2, type: "ready" });
  frame.say("ready");
  await settle();
  assert.deepEqual(frame.sent, []);
  assert.equal(miniProgram.connected, false);
});

for (const [name, steps] of [
  ["loaded_before_it_was_ready", ["load", "ready", "leave"]],
  ["ready_before_it_was_loaded", ["ready", "load", "leave"]],
  ["ready_and_never_loaded", ["ready", "leave", "load"]],
  ["ready_twice", ["ready", "load", "ready", "leave", "load"]],
  ["that_brings_no_port", ["load", "plain", "load"]],
  ["that_brings_no_port_and_never_loads", ["plain", "load"]],
]) {
  test(`a_document_${name}_is_dropped_when_the_frame_navigates`, async (t) => {
    const w = await signedIn(t);
    const { iframe } = await w.host.launch(TAXI, { ...entry, ...w.page });
    const act = { plain: () => iframe.sayPlainly(ready), ready: () => iframe.say(ready) };
    for (const step of steps) act[step] ? act[step]() : iframe[step]();
    await settle();
    assert.ok(iframe.sent.length > 0);
    iframe.sent.length = 1;
    w.host.setTheme("dark");
    await w.clock.pass(29 * MINUTE);
    iframe.say({ portico: 1, type: "renew", id: "1" });
    await settle();
    assert.equal(iframe.sent.length, 1, "the new document has not asked");
    iframe.say(ready);
    await settle();
    const [launch, ...more] = iframe.sent.slice(1).map(({ message }) => message);
    assert.deepEqual([launch.type, launch.theme], ["launch", "dark"]);
    const [{ expiresIn }] = [launch, ...more].slice(-1);
    assert.equal(expiresIn, 1800, "a token that was about to expire is renewed");
  });
}

test("an_answer_to_a_document_that_has_gone_is_not_given_to_the_next", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  let release;
  w.portico.instead = async (_, form) =>
    void (form.requested_token_type && (await new Promise((resolve) => (release = resolve))));
  frame.say({ portico: 1, type: "login", id: "1" });
  await settle();
  frame.say(ready);
  frame.load();
  release();
  await settle();
  assert.deepEqual(frame.heard("login_code"), []);
});

test("a_launch_token_is_renewed_in_time_with_one_exchange_in_flight", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  const first = frame.heard("launch")[0].token;
  await w.clock.pass(26.9 * MINUTE);
  assert.equal(frame.heard("token_renewed").length, 0);
  let release;
  w.portico.instead = async (_, form) =>
    void (form.audience && (await new Promise((resolve) => (release = resolve))));
  await w.clock.pass(0.2 * MINUTE);
  frame.say({ portico: 1, type: "renew", id: "a" });
  frame.say({ portico: 1, type: "renew", id: "b" });
  await settle();
  assert.equal(w.portico.count("/oauth/token", { ...EXCHANGE, prompt: "none" }), 1);
  release();
  await settle();
  const renewed = frame.heard("token_renewed");
  assert.deepEqual(renewed.map(({ id }) => id).sort(), ["a", "b", undefined]);
  assert.equal(new Set(renewed.map(({ token }) => token)).size, 1);
  assert.notEqual(renewed[0].token, first);
  assert.deepEqual(
    new Set(renewed.map(({ expiresIn }) => expiresIn)),
    new Set([1794]),
    "counted from before the exchange",
  );
});

test("a_renewal_that_portico_cannot_answer_now_is_tried_again", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  w.portico.instead = (_, form) => (form.audience ? new Response("", { status: 503 }) : undefined);
  await w.clock.pass(28.1 * MINUTE);
  frame.say({ portico: 1, type: "renew", id: "a" });
  await settle();
  assert.deepEqual(frame.heard("error"), [
    { portico: 1, type: "error", id: "a", error: "temporarily_unavailable" },
  ]);
  w.portico.instead = () => undefined;
  await w.clock.pass(5_000);
  assert.equal(frame.heard("token_renewed").length, 1);
});

const unanswered = {
  no_answer: () => new Promise(() => {}),
  a_refusal: () => new Response("", { status: 503 }),
};
for (const [name, answer] of Object.entries(unanswered)) {
  test(`a_document_that_is_ready_near_the_end_of_its_token_is_launched_with_it_in_spite_of_${name}`, async (t) => {
    const w = await signedIn(t);
    const miniProgram = await w.host.launch(TAXI, { ...entry, ...w.page });
    const frame = miniProgram.iframe;
    await w.clock.pass(29 * MINUTE);
    w.portico.instead = (_, form) => (form.audience ? answer() : undefined);
    frame.say(ready);
    await w.clock.pass(2_000);
    assert.deepEqual(frame.heard("launch").map(({ expiresIn }) => expiresIn), [60]);
    w.portico.instead = () => undefined;
    await w.clock.pass(35_000);
    assert.deepEqual(
      frame.sent.map(({ message }) => message.type),
      ["launch", "token_renewed"],
      "and renewed once Portico can be reached",
    );
    assert.notEqual(frame.heard("token_renewed")[0].token, frame.heard("launch")[0].token);
  });
}

test("a_document_whose_token_has_run_out_is_launched_once_there_is_another", async (t) => {
  const w = await signedIn(t);
  const { iframe } = await w.host.launch(TAXI, { ...entry, ...w.page });
  await w.clock.pass(31 * MINUTE);
  w.portico.instead = () => new Response("", { status: 503 });
  iframe.say(ready);
  await w.clock.pass(20_000);
  assert.deepEqual(iframe.sent, []);
  w.portico.instead = () => undefined;
  await w.clock.pass(6_000);
  assert.deepEqual(
    iframe.sent.map(({ message }) => [message.type, message.expiresIn > 1_700]),
    [["launch", true]],
  );
});

for (const [name, thrown] of [
  ["nothing", undefined],
  ["a_dom_exception", new DOMException("ana@example.org closed the popup", "NotFoundError")],
  ["an_error_of_its_own", Object.assign(new Error("ana@example.org"), { code: "ana" })],
]) {
  test(`a_hosts_callback_that_rejects_with_${name}_is_a_server_error_to_the_mini_program`, async (t) => {
    const w = await signedIn(t, { host: { onConsentRequired: () => Promise.reject(thrown) } });
    const { frame } = await taxi(w, { scope: "openid profile.basic" });
    frame.say({ portico: 1, type: "request_permission", id: "1", scope: "phone.verified" });
    await settle();
    assert.deepEqual(frame.heard("error"), [{ portico: 1, type: "error", id: "1", error: "server_error" }]);
  });
}

test("a_login_code_is_an_exchange_of_its_own_kind", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  frame.say({ portico: 1, type: "login", id: "9" });
  await settle();
  const [{ id, code, expiresIn }] = frame.heard("login_code");
  assert.deepEqual([id, code.slice(0, 11), expiresIn], ["9", "login-code-", 300]);
  assert.equal(
    w.portico.count("/oauth/token", {
      requested_token_type: "urn:portico:token-type:login-code",
      prompt: "none",
    }),
    1,
  );
});

test("after_the_end_every_question_is_answered_with_session_expired_until_the_next_launch", async (t) => {
  const w = await signedIn(t);
  const { frame, miniProgram } = await taxi(w);
  await w.host.signOut();
  frame.say({ portico: 1, type: "renew", id: "1" });
  frame.say({ portico: 1, type: "login", id: "2" });
  frame.say(ready);
  frame.load();
  await settle();
  assert.deepEqual(
    frame.sent.slice(1).map(({ message }) => [message.type, message.reason]),
    Array(4).fill(["session_expired", "signed_out"]),
  );
  await assert.rejects(w.host.launch(TAXI, { ...entry, iframe: frame }), { code: "not_signed_in" });

  w.portico.person = "bob";
  await w.host.adopt(w.portico.signIn("super-app"));
  await w.host.launch(TAXI, { ...entry, iframe: frame });
  frame.say(ready);
  await settle();
  assert.equal(frame.sent.at(-1).message.type, "launch");
  assert.match(
    Buffer.from(frame.sent.at(-1).message.token.split(".")[1], "base64url").toString(),
    /taxi-bob/,
  );
});

test("a_token_that_arrives_after_the_end_is_given_to_nobody", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  let release;
  w.portico.instead = async (_, form) => {
    if (!form.audience) return undefined;
    const answer = Response.json({ access_token: "late.token.x", expires_in: 1800, scope: "openid" });
    await new Promise((resolve) => (release = resolve));
    return answer;
  };
  frame.say({ portico: 1, type: "renew", id: "1" });
  await settle();
  w.portico.end("revoked");
  await settle();
  release();
  await settle();
  assert.deepEqual(
    frame.sent.slice(1).map(({ message }) => message.type),
    ["session_expired"],
  );
});

test("a_launch_that_the_end_overtakes_opens_nothing", async (t) => {
  const w = await signedIn(t);
  let release;
  w.portico.instead = async (_, form) => {
    if (!form.audience) return undefined;
    await new Promise((resolve) => (release = resolve));
    return Response.json({ access_token: "late.token.x", expires_in: 1800, scope: "openid" });
  };
  const launch = w.host.launch(TAXI, { ...entry, ...w.page });
  await settle();
  w.portico.end("revoked");
  await settle();
  release();
  await assert.rejects(launch, { name: "SessionExpired" });
  assert.deepEqual(w.host.miniPrograms, []);
});

test("a_renewal_that_the_closing_overtakes_is_the_last", async (t) => {
  const w = await signedIn(t);
  const { miniProgram } = await taxi(w);
  let release;
  w.portico.instead = async (_, form) =>
    void (form.audience && (await new Promise((resolve) => (release = resolve))));
  await w.clock.pass(28.1 * MINUTE);
  miniProgram.close();
  release();
  const count = w.portico.count("/oauth/token", EXCHANGE);
  w.portico.instead = () => undefined;
  await w.clock.pass(60 * MINUTE);
  assert.equal(w.portico.count("/oauth/token", EXCHANGE), count);
  assert.equal(miniProgram.scope, "", "nothing was taken up");
});

test("a_token_that_lives_longer_than_the_bridge_knows_is_said_to_live_as_long_as_it_does", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (_, form) =>
    form.audience ? Response.json({ access_token: "a.b.c", expires_in: 3600, scope: "openid" }) : undefined;
  const { frame } = await taxi(w);
  assert.equal(frame.heard("launch")[0].expiresIn, 1800);
});

test("a_subject_token_that_is_too_old_is_renewed_and_any_other_invalid_request_is_an_error", async (t) => {
  const w = await signedIn(t);
  let stale = 1;
  w.portico.instead = (_, form) =>
    form.audience && stale-- > 0 ? Response.json({ error: "invalid_request" }, { status: 400 }) : undefined;
  const { miniProgram } = await taxi(w);
  assert.equal(miniProgram.connected, true);
  stale = Infinity;
  await assert.rejects(w.host.launch(TAXI, { ...entry, ...w.page }), { code: "invalid_request" });
  assert.notEqual(w.host.session, null);
});

for (const [code, name] of [
  ["access_denied", "PorticoError"],
  ["invalid_target", "PorticoError"],
  ["invalid_scope", "PorticoError"],
]) {
  test(`${code}_is_a_typed_error_and_opens_nothing`, async (t) => {
    const w = await signedIn(t);
    w.portico.instead = (_, form) =>
      form.audience ? Response.json({ error: code }, { status: 400 }) : undefined;
    await assert.rejects(w.host.launch(TAXI, { ...entry, ...w.page }), { name, code });
    assert.deepEqual(w.host.miniPrograms, []);
  });
}

test("invalid_grant_ends_the_session_when_a_renewed_token_is_refused_too", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (_, form) =>
    form.audience ? Response.json({ error: "invalid_grant" }, { status: 400 }) : undefined;
  await assert.rejects(w.host.launch(TAXI, { ...entry, ...w.page }), { name: "SessionExpired" });
  assert.equal(w.portico.count("/oauth/token", { grant_type: "refresh_token" }), 1);
  assert.equal(w.host.session, null);
});

test("a_mini_program_needs_an_origin_of_its_own", async (t) => {
  const w = await signedIn(t);
  w.portico.app("org.example.shop", "openid");
  await taxi(w);
  for (const bad of [
    `${HOST}/taxi`,
    "http://taxi.example/",
    "data:text/html,x",
    "javascript:alert(1)",
    "/taxi",
  ]) {
    await assert.rejects(w.host.launch(TAXI, { entry: bad, ...w.page }), { code: "invalid_origin" }, bad);
  }
  await assert.rejects(w.host.launch("org.example.shop", { entry: `${TAXI_ENTRY}shop`, ...w.page }), {
    code: "invalid_origin",
  });
  await assert.rejects(w.host.launch(TAXI, { ...entry, ...w.page, path: "//evil.example" }), {
    code: "invalid_launch",
  });
  assert.equal(w.host.miniPrograms.length, 1);
});

test("a_theme_of_the_hosts_own_is_for_its_mini_programs_and_portico_is_not_told", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (_, form) =>
    "theme" in form ? Response.json({ error: "invalid_request" }, { status: 400 }) : undefined;
  const { frame } = await taxi(w);
  w.host.setTheme("sepia");
  frame.say({ portico: 1, type: "login", id: "1" });
  frame.say({ portico: 1, type: "renew", id: "2" });
  await settle();
  assert.deepEqual(
    frame.sent.slice(1).map(({ message }) => message.type).sort(),
    ["login_code", "theme_changed", "token_renewed"],
  );
  const again = await taxi(w);
  assert.equal(again.frame.heard("launch")[0].theme, "sepia");
});

for (const [name, options] of [
  ["path_with_a_space", { path: "search?q=new york" }],
  ["path_that_is_an_address", { path: `${TAXI_ENTRY}rides` }],
  ["path_with_a_backslash", { path: "a\\b" }],
  ["path_that_is_too_long", { path: "x".repeat(2049) }],
  ["locale_with_an_underscore", { locale: "zh_CN" }],
  ["locale_that_is_empty", { locale: "" }],
  ["theme_in_capitals", { theme: "Dark" }],
  ["place_that_is_not_there", { container: null }],
]) {
  test(`a_launch_with_a_${name}_is_refused_and_not_lost_on_the_way`, async (t) => {
    const w = await signedIn(t);
    await assert.rejects(w.host.launch(TAXI, { ...entry, ...w.page, ...options }), { code: "invalid_launch" });
    assert.deepEqual(w.host.miniPrograms, []);
    assert.equal(w.portico.count("/oauth/token", EXCHANGE), 0);
  });
}

test("a_frame_that_is_used_again_is_put_where_it_was_without_the_document_of_before", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  const footer = {};
  frame.nextSibling = footer;
  const again = await w.host.launch(TAXI, { ...entry, iframe: frame, path: "rides" });
  assert.deepEqual(w.page.container.put, [[frame, null], [frame, footer]]);
  assert.equal(frame.parentNode, w.page.container);
  assert.deepEqual(w.host.miniPrograms, [again]);
  frame.say(ready);
  await settle();
  assert.equal(frame.heard("launch").at(-1).path, "rides");
});

test("a_closed_mini_program_hears_and_is_heard_no_more", async (t) => {
  const w = await signedIn(t);
  const { frame, miniProgram } = await taxi(w);
  miniProgram.close();
  frame.say(ready);
  w.host.setTheme("dark");
  await w.clock.pass(40 * MINUTE);
  assert.equal(frame.sent.length, 1);
  assert.deepEqual(w.host.miniPrograms, []);
});
