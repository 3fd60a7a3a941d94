import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../fake/clock.js";
import { HOST, ISSUER, world } from "../fake/host.js";
import { jwt } from "../fake/portico.js";

async function atSignInPage(t, options) {
  const w = world();
  t.after(() => w.host.dispose());
  await w.host.signIn(options);
  const back = (await w.portico.handle(new Request(w.went[0]))).headers.get("location");
  return { ...w, back: new URL(back) };
}

test("a_person_signs_in_by_code_with_pkce_and_the_address_is_clean_afterwards", async (t) => {
  const w = await atSignInPage(t, {
    returnState: "/rides",
    parameters: {
      prompt: "login",
      login_hint: "alice",
      max_age: "0",
      state: "mine",
      redirect_uri: "https://x.example",
    },
  });
  const page = new URL(w.went[0]).searchParams;
  assert.deepEqual(
    [
      "response_type",
      "client_id",
      "redirect_uri",
      "scope",
      "code_challenge_method",
      "prompt",
      "login_hint",
      "max_age",
      "ui_locales",
    ].map((n) => page.get(n)),
    ["code", "super-app", `${HOST}/`, "openid host", "S256", "login", "alice", "0", "en"],
  );
  globalThis.location = w.back;
  assert.deepEqual(await w.host.handleRedirect(), { kind: "signed_in", returnState: "/rides" });
  assert.equal(w.host.session.sub, "host-alice");
  assert.equal(location.href, `${HOST}/`);
  assert.deepEqual(w.events[0], ["signed_in", w.host.session]);
  assert.equal(await w.host.restore(), true);
});

test("a_language_of_this_sign_in_comes_before_the_hosts", async (t) => {
  const w = await atSignInPage(t, { parameters: { ui_locales: "el" } });
  assert.equal(new URL(w.went[0]).searchParams.get("ui_locales"), "el");
});

for (const page of [`${HOST}/shop?x=1#tab`, "app://shell/"]) {
  test(`an_answer_that_a_deep_link_or_a_popup_brought_leaves_the_pages_own_address_alone: ${page}`, async (t) => {
    const w = await atSignInPage(t);
    globalThis.location = new URL(page);
    assert.equal((await w.host.handleRedirect(w.back.href)).kind, "signed_in");
    assert.equal(location.href, page);
  });
}

test("an_answer_is_good_for_one_sign_in_only", async (t) => {
  const w = await atSignInPage(t);
  await w.host.handleRedirect(w.back.href);
  await assert.rejects(w.host.handleRedirect(w.back.href), { code: "state_mismatch" });
});

for (const [name, change, code] of [
  ["another_state", (a) => a.set("state", "guessed"), "state_mismatch"],
  ["another_issuer", (a) => a.set("iss", "https://evil.example"), "issuer_mismatch"],
  ["no_issuer", (a) => a.delete("iss"), "issuer_mismatch"],
  [
    "an_error",
    (a) => {
      a.delete("code");
      a.set("error", "login_required");
    },
    "login_required",
  ],
]) {
  test(`an_answer_with_${name}_signs_nobody_in`, async (t) => {
    const w = await atSignInPage(t);
    change(w.back.searchParams);
    await assert.rejects(w.host.handleRedirect(w.back.href), { code });
    assert.equal(w.host.session, null);
    assert.equal(w.portico.count("/oauth/token"), 0, "no code left this page");
  });
}

for (const [name, change] of [
  ["another_nonce", { nonce: "x" }],
  ["another_audience", { aud: "another-app" }],
  ["another_issuer", { iss: "https://evil.example" }],
  ["an_end_in_the_past", { exp: 1 }],
]) {
  test(`an_id_token_with_${name}_signs_nobody_in`, async (t) => {
    const w = await atSignInPage(t);
    const { nonce } = Object.fromEntries(new URL(w.went[0]).searchParams);
    const claims = {
      iss: ISSUER,
      aud: ["super-app"],
      sub: "x",
      sid: "s",
      nonce,
      exp: w.clock.now() / 1000 + 60,
      ...change,
    };
    w.portico.instead = (_, form) =>
      form.grant_type && Response.json({ access_token: "a", expires_in: 600, id_token: jwt(claims) });
    await assert.rejects(w.host.handleRedirect(w.back.href), { code: "invalid_id_token" });
    assert.equal(w.host.session, null);
  });
}

test("discovery_that_speaks_for_another_issuer_is_not_believed", async (t) => {
  const w = world();
  t.after(() => w.host.dispose());
  w.portico.instead = () =>
    Response.json({ issuer: "https://evil.example", authorization_endpoint: "https://evil.example/" });
  await assert.rejects(w.host.signIn(), { code: "invalid_issuer" });
  assert.deepEqual(w.went, []);
  w.portico.instead = () => undefined;
  await w.host.signIn();
  assert.equal(w.went.length, 1, "a failed discovery is not remembered");
});

test("an_ordinary_page_load_is_no_redirect", async (t) => {
  const w = world();
  t.after(() => w.host.dispose());
  assert.deepEqual(await w.host.handleRedirect(`${HOST}/?code=1`), { kind: "none" });
  assert.deepEqual(await w.host.handleRedirect(`${HOST}/other?code=1&state=2`), { kind: "none" });
  assert.equal(await w.host.restore(), false);
  await settle();
  assert.equal(w.portico.requests.length, 0);
});
