import assert from "node:assert/strict";
import { test } from "node:test";
import { decide, read } from "../../dist/consent/index.js";
import { settle } from "../fake/clock.js";
import { ISSUER, REDIRECT, TAXI, TAXI_ENTRY, restored, signedIn, taxi, world } from "../fake/host.js";

const ready = { portico: 1, type: "ready" };
const entry = { entry: TAXI_ENTRY };

test("a_missing_consent_takes_the_page_to_the_consent_page_and_the_launch_goes_on_afterwards", async (t) => {
  const w = await signedIn(t);
  w.portico.app(TAXI, "openid profile.basic phone.verified", "openid");
  void w.host.launch(TAXI, { ...entry, ...w.page, theme: "dark", path: "pages/ride" });
  await settle();
  const url = new URL(w.went[0]);
  assert.equal(url.origin, ISSUER);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    return_to: REDIRECT,
    ui_locales: "en",
    theme: "dark",
  });
  const { sid } = w.host.session;
  w.host.dispose();

  w.portico.decide(url.pathname.split("/").at(-1), true);
  const after = world({ clock: w.clock, portico: w.portico, storage: w.storage });
  t.after(() => after.host.dispose());
  const back = await after.host.handleRedirect(`${REDIRECT}?consent=done`);
  assert.deepEqual(back, {
    kind: "consent",
    launch: { appId: TAXI, ...entry, theme: "dark", path: "pages/ride", sid },
  });
  assert.equal(location.href, REDIRECT);
  assert.equal(await restored(after), true);
  const { iframe } = await after.host.resume(back.launch, after.page);
  iframe.say(ready);
  await settle();
  assert.equal(iframe.heard("launch")[0].scope, "openid profile.basic phone.verified");
  assert.deepEqual(await after.host.handleRedirect(`${REDIRECT}?consent=done`), { kind: "none" }, "once");
});

test("a_permission_asked_for_where_a_shell_reopened_the_mini_program_itself_goes_on_after_the_consent_page", async (t) => {
  const w = await signedIn(t);
  w.portico.app(TAXI, "openid profile.basic phone.verified");
  w.portico.withdraw(TAXI, "phone.verified");
  const { iframe } = await w.host.resume({ appId: TAXI, ...entry }, w.page);
  iframe.say(ready);
  await settle();
  iframe.say({ portico: 1, type: "request_permission", id: "1", scope: "phone.verified" });
  await settle();
  assert.equal(w.went.length, 1);
  w.host.dispose();

  w.portico.decide(new URL(w.went[0]).pathname.split("/").at(-1), true);
  const after = world({ clock: w.clock, portico: w.portico, storage: w.storage });
  t.after(() => after.host.dispose());
  const back = await after.host.handleRedirect(`${REDIRECT}?consent=done`);
  assert.deepEqual([back.kind, back.launch?.appId], ["consent", TAXI]);
  assert.equal(await restored(after), true);
  const again = await after.host.resume(back.launch, after.page);
  assert.match(again.scope, /phone\.verified/);
});

test("an_expired_consent_page_is_a_typed_error", async (t) => {
  const w = await signedIn(t);
  w.portico.app(TAXI, "openid profile.basic", "openid");
  void w.host.launch(TAXI, { ...entry, ...w.page });
  await settle();
  await assert.rejects(w.host.handleRedirect(`${REDIRECT}?consent=expired`), {
    code: "consent_expired",
  });
});

test("a_resumed_launch_does_not_ask_again", async (t) => {
  const w = await signedIn(t);
  w.portico.app(TAXI, "openid profile.basic", "openid");
  await assert.rejects(w.host.resume({ appId: TAXI, ...entry }, w.page), {
    name: "ConsentRequired",
    scope: "profile.basic",
  });
  assert.deepEqual(w.went, []);
});

test("a_host_may_ask_in_its_own_way", async (t) => {
  const asked = [];
  let granted = true;
  const w = await signedIn(t, {
    host: {
      onConsentRequired: async (request) => {
        asked.push(request);
        w.portico.decide(request.request, granted);
      },
    },
  });
  w.portico.app(TAXI, "openid profile.basic phone.verified", "openid profile.basic");
  const { miniProgram } = await taxi(w);
  assert.equal(miniProgram.scope, "openid profile.basic phone.verified");
  assert.deepEqual([asked[0].appId, asked[0].scope, w.went], [TAXI, "phone.verified", []]);
  assert.deepEqual(
    await w.host.handleRedirect(`${REDIRECT}?consent=done`),
    { kind: "none" },
    "nothing is left pending",
  );
});

test("a_host_that_gives_up_asking_gets_its_own_error", async (t) => {
  const w = await signedIn(t, {
    host: { onConsentRequired: () => Promise.reject(new Error("closed the popup")) },
  });
  w.portico.app(TAXI, "openid profile.basic", "openid");
  await assert.rejects(w.host.launch(TAXI, { ...entry, ...w.page }), { message: "closed the popup" });
});

test("a_host_that_draws_its_own_page_reads_the_question_and_answers_it", async (t) => {
  const w = await signedIn(t);
  const sent = [];
  w.portico.instead = async (request) => {
    if (!request.url.includes("/v1/consents/")) return undefined;
    sent.push([request.method, new URL(request.url).pathname, await request.text()]);
    return Response.json({ app: "Taxi" });
  };
  assert.deepEqual(await read(w.host, "a/b"), { app: "Taxi" });
  await decide(w.host, "a/b", { granted: ["profile.basic"], refused: [] });
  assert.deepEqual(sent, [
    ["GET", "/v1/consents/a%2Fb", ""],
    ["POST", "/v1/consents/a%2Fb", '{"granted":["profile.basic"],"refused":[]}'],
  ]);
});

test("a_consent_page_that_is_not_the_issuers_is_not_opened", async (t) => {
  const w = await signedIn(t);
  w.portico.instead = (_, form) =>
    form.audience
      ? Response.json(
          {
            error: "consent_required",
            scope: "x",
            consent_uri: "https://evil.example/",
            consent_request: "r",
          },
          { status: 400 },
        )
      : undefined;
  await assert.rejects(w.host.launch(TAXI, { ...entry, ...w.page }), { code: "invalid_consent_uri" });
  assert.deepEqual(w.went, []);
});

test("a_permission_is_asked_for_alone_and_then_the_whole_launch_is_given", async (t) => {
  let granted = true;
  const w = await signedIn(t, {
    host: { onConsentRequired: async (request) => w.portico.decide(request.request, granted) },
  });
  const { frame } = await taxi(w, { scope: "openid profile.basic" });
  frame.say({ portico: 1, type: "request_permission", id: "1", scope: "phone.verified" });
  await settle();
  assert.equal(w.portico.count("/oauth/token", { prompt: "consent", scope: "openid phone.verified" }), 1);
  const [, permitted] = frame.heard("launch");
  assert.deepEqual([permitted.id, permitted.scope], ["1", "openid profile.basic phone.verified"]);

  frame.say({ portico: 1, type: "request_permission", id: "2", scope: "phone.verified" });
  await settle();
  assert.equal(
    w.portico.count("/oauth/token", { prompt: "consent" }),
    1,
    "what is granted is not asked again",
  );
  assert.equal(frame.heard("launch")[2].id, "2");

  w.portico.withdraw(TAXI, "phone.verified");
  granted = false;
  await settle();
  frame.say({ portico: 1, type: "request_permission", id: "3", scope: "phone.verified" });
  await settle();
  assert.equal(frame.heard("launch")[3].scope, "openid profile.basic", "refused, and left out");
});

test("a_scope_is_asked_for_with_openid_without_which_nothing_may_be_left_to_launch_with", async (t) => {
  const w = await signedIn(t);
  w.portico.app(TAXI, "openid phone.verified");
  w.portico.withdraw(TAXI, "phone.verified");
  const { frame } = await taxi(w, { scope: "phone.verified" });
  assert.deepEqual(frame.heard("launch").map(({ scope }) => scope), ["openid"]);
});

test("a_permission_beyond_the_manifest_is_an_error_and_changes_nothing", async (t) => {
  const w = await signedIn(t);
  const { frame } = await taxi(w);
  frame.say({ portico: 1, type: "request_permission", id: "1", scope: "kyc.status" });
  await settle();
  assert.deepEqual(frame.heard("error"), [{ portico: 1, type: "error", id: "1", error: "invalid_scope" }]);
  frame.say({ portico: 1, type: "renew", id: "2" });
  await settle();
  assert.equal(frame.heard("token_renewed").length, 1);
});
