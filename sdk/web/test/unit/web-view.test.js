import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { connect } from "../../dist/mini-program/index.js";
import { settle } from "../fake/clock.js";
import { signedIn, TAXI, TAXI_ENTRY } from "../fake/host.js";
import { jwt } from "../fake/portico.js";

const { valid, invalid } = JSON.parse(readFileSync(new URL("../../../vectors/webview/text.json", import.meta.url)));
const textOf = ({ text, repeat }) => (repeat ? repeat.before + repeat.text.repeat(repeat.times) : text);
const READY = JSON.stringify({ portico: 1, type: "ready" });

/** A WebView of an app's, as its glue shows it to a host's shell: one document after another. */
class FakeWebView {
  onmessage = null;
  opened = [];

  load(url) {
    this.opened.push(url);
  }

  /** A document, which keeps what it is told until it is gone. */
  document(origin = new URL(TAXI_ENTRY).origin) {
    const heard = [];
    const source = { postMessage: (text) => heard.push(JSON.parse(text)) };
    return { heard, say: (data) => this.onmessage?.({ data, origin, source }) };
  }
}

async function opened(t) {
  const w = await signedIn(t);
  const webView = new FakeWebView();
  const miniProgram = await w.host.launch(TAXI, { entry: TAXI_ENTRY, webView });
  return { ...w, webView, miniProgram };
}

test("a_mini_program_in_a_web_view_is_launched_once_its_document_is_ready", async (t) => {
  const { webView, miniProgram, host } = await opened(t);
  assert.deepEqual(webView.opened, [TAXI_ENTRY]);
  assert.equal(miniProgram.iframe, undefined);
  const page = webView.document();
  page.say(READY);
  await settle();
  assert.deepEqual(page.heard.map(({ type }) => type), ["launch"]);
  assert.equal(miniProgram.connected, true);
  await host.signOut();
  assert.deepEqual(page.heard.at(-1), { portico: 1, type: "session_expired", reason: "signed_out" });
});

test("a_document_of_another_origin_in_the_web_view_gets_nothing", async (t) => {
  const { webView, miniProgram } = await opened(t);
  for (const origin of ["https://taxi.example.evil.example", "http://taxi.example", "null", "*", ""]) {
    const stranger = webView.document(origin);
    stranger.say(READY);
    stranger.say('{"portico":1,"type":"renew","id":"1"}');
    await settle();
    assert.deepEqual(stranger.heard, [], origin);
  }
  assert.equal(miniProgram.connected, false);
});

test("a_document_that_was_left_hears_nothing_more_and_the_next_must_say_ready", async (t) => {
  const { webView, host } = await opened(t);
  const first = webView.document();
  first.say(READY);
  await settle();
  first.say('{"portico":1,"type":"renew","id":"1"}');
  const second = webView.document();
  second.say('{"portico":1,"type":"login","id":"2"}');
  await settle();
  assert.deepEqual(first.heard.map(({ type }) => type), ["launch"], "the answer is dropped");
  assert.deepEqual(second.heard, [], "not ready");
  host.setTheme("dark");
  second.say(READY);
  await settle();
  assert.deepEqual(second.heard.map(({ type, theme }) => [type, theme]), [["launch", "dark"]]);
});

test("a_closed_web_view_is_heard_no_more", async (t) => {
  const { webView, miniProgram } = await opened(t);
  miniProgram.close();
  const page = webView.document();
  page.say(READY);
  await settle();
  assert.deepEqual(page.heard, []);
});

for (const { name, ...given } of valid) {
  test(`a_text_is_a_message: ${name}`, async (t) => {
    const { webView } = await opened(t);
    const page = webView.document();
    page.say(READY);
    await settle();
    page.say(textOf(given));
    await settle();
    assert.equal(page.heard.length, 2);
  });
}

for (const { name, ...given } of invalid) {
  test(`a_text_is_dropped: ${name}`, async (t) => {
    const { webView } = await opened(t);
    const page = webView.document();
    page.say(READY);
    await settle();
    page.say(textOf(given));
    await settle();
    assert.equal(page.heard.length, 1);
  });
}

const LAUNCH = {
  portico: 1,
  type: "launch",
  miniProgramId: TAXI,
  token: jwt({ iss: "https://id.example", sub: "o-alice" }),
  scope: "openid",
  expiresIn: 60,
  theme: "light",
  locale: "en",
  path: "",
};

/** The top document of a WebView, with what the app put into it. */
function topPage(more) {
  const page = new EventTarget();
  return Object.assign(page, { parent: page, location: {} }, more);
}

const asked = (said) => said.map((text) => JSON.parse(text));

for (const [name, inject] of [
  ["an object that takes onmessage", (said) => ({ portico: { postMessage: (text) => said.push(text) } })],
  [
    "an object that takes no property",
    (said) => ({ portico: Object.freeze({ postMessage: (text) => said.push(text) }) }),
  ],
  ["React Native's", (said) => ({ ReactNativeWebView: Object.freeze({ postMessage: (text) => said.push(text) }) })],
]) {
  test(`a_page_finds_the_app_around_its_web_view: ${name}`, async () => {
    const said = [];
    const window = topPage(inject(said));
    const connecting = connect({ hostOrigins: ["https://app.example"], window });
    assert.deepEqual(asked(said), [{ portico: 1, type: "ready" }]);
    window.portico.onmessage({ data: "not a message" });
    window.portico.onmessage({ data: JSON.stringify(LAUNCH) });
    const portico = await connecting;
    assert.equal(await portico.token(), LAUNCH.token);
    const code = portico.phoneCode();
    await settle();
    const question = asked(said).at(-1);
    assert.deepEqual(question, { portico: 1, type: "login", id: question.id, purpose: "phone" });
    const answer = { portico: 1, type: "login_code", id: question.id, code: "p", expiresIn: 300, purpose: "phone" };
    window.portico.onmessage({ data: JSON.stringify(answer) });
    assert.equal(await code, "p");
    portico.close();
    assert.equal(window.portico.onmessage, null);
  });
}

test("a_code_that_is_not_for_the_phone_number_is_not_taken_for_one", async () => {
  const said = [];
  const window = topPage({ portico: { postMessage: (text) => said.push(text) } });
  const connecting = connect({ hostOrigins: [], window });
  window.portico.onmessage({ data: JSON.stringify(LAUNCH) });
  const code = (await connecting).phoneCode();
  await settle();
  const { id } = asked(said).at(-1);
  window.portico.onmessage({ data: JSON.stringify({ portico: 1, type: "login_code", id, code: "l", expiresIn: 300 }) });
  await assert.rejects(code, { code: "invalid_response" });
});

test("only_the_top_document_speaks_to_the_app_and_a_frame_called_portico_is_no_app", async () => {
  const said = [];
  const portico = { postMessage: (text) => said.push(text) };
  const parent = { postMessage() {} };
  const nested = connect({ hostOrigins: [], window: Object.assign(topPage({ portico }), { parent }), timeout: 1 });
  await assert.rejects(nested, { code: "no_host" });
  const named = { postMessage: (text) => said.push(text) };
  named.window = named;
  await assert.rejects(connect({ hostOrigins: [], window: topPage({ portico: named }) }), { code: "no_host" });
  assert.deepEqual(said, []);
});
