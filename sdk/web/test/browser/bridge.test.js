import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { portico, site } from "./servers.js";

const TAXI = "org.example.taxi";
const SHOP = "org.example.shop";

const LAUNCH = {
  portico: 1,
  type: "launch",
  miniProgramId: TAXI,
  token: "a.b.c",
  scope: "openid",
  expiresIn: 60,
  theme: "light",
  locale: "en",
  path: "",
};

let browser, context, page, fake, closers, host, near, taxi, shop, stranger, lookAlike;
const addresses = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  const served = await portico();
  fake = served.fake;
  const hostOrigins = () => ({ hostOrigins: [host.origin, near.origin] });
  host = await site("localhost", "host.html", () => ({ issuer: fake.issuer }));
  near = await site("127.0.0.1", "host.html", () => ({ issuer: fake.issuer }));
  taxi = await site("127.0.0.1", "mini-program.html", hostOrigins);
  shop = await site("127.0.0.1", "mini-program.html", hostOrigins);
  stranger = await site("127.0.0.1", "stranger.html", hostOrigins);
  lookAlike = await site("localhost", "stranger.html", hostOrigins);
  closers = [served, host, near, taxi, shop, stranger, lookAlike];
});

after(async () => {
  await browser?.close();
  for (const server of closers ?? []) await server.close();
});

beforeEach(async () => {
  fake.session = null;
  fake.person = "alice";
  fake.requests = [];
  fake.app(TAXI, "openid profile.basic phone.verified");
  fake.app(SHOP, "openid profile.basic");
  context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
  context.on("request", (request) => addresses.push(request.url()));
});

afterEach(() => context.close());

const state = (where, value) => where.locator(`body[data-state="${value}"]`).waitFor({ state: "attached" });

/** Chromium denies all storage to frames of another site in such contexts; `near` is of the mini-programs' site. */
async function signIn(where = host) {
  await page.goto(where.origin);
  await state(page, "out");
  await page.evaluate(() => void window.host.signIn());
  await state(page, "in");
}

/** Opens a mini-program; the answer is its frame. */
async function open(appId, origin, entry = `${origin}/`) {
  const count = page.frames().length;
  await page.evaluate(
    ([id, url]) => window.host.launch(id, { entry: url, container: window.stage }).then(() => undefined),
    [appId, entry],
  );
  await until(() => page.frames().length > count);
  return page.frames().at(-1);
}

async function until(condition) {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`did not become true: ${condition}`);
}

/** Waits until the host's window has heard a `renew` from `origin`, and then until a whole round trip is over. */
async function saidTo(origin, friend) {
  await until(() =>
    page.evaluate((from) => window.heard.some((m) => m.origin === from && m.type === "renew"), origin),
  );
  assert.equal(typeof (await friend.evaluate(() => window.portico.login())), "string");
}

test("a_person_signs_in_consents_and_the_mini_program_reads_the_profile", async () => {
  fake.app(TAXI, "openid profile.basic phone.verified", "openid");
  await signIn();
  assert.equal(new URL(page.url()).search, "");
  await page.evaluate(
    (url) =>
      void window.host.launch("org.example.taxi", {
        entry: url,
        container: window.stage,
        path: "pages/ride",
      }),
    `${taxi.origin}/`,
  );
  await until(() => page.frames().length > 1);
  const frame = page.frames().at(-1);
  await state(frame, "launched");
  assert.equal(new URL(page.url()).search, "");
  assert.deepEqual(await frame.evaluate(() => window.portico.profile()), {
    sub: `${TAXI}-alice`,
    name: "alice",
  });
  assert.equal(await frame.evaluate(() => window.portico.path), "pages/ride");
  assert.match(await frame.evaluate(() => window.portico.login()), /^login-code-/);
  await page.reload();
  await state(page, "in");
  assert.equal(fake.count("/oauth/authorize"), 1, "signed in once");
});

test("a_look_alike_host_gets_no_ready_and_cannot_launch", async () => {
  await page.goto(lookAlike.origin);
  await page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.src = url;
    document.body.append(frame);
  }, `${taxi.origin}/`);
  await until(() => page.frames().length > 1);
  const frame = page.frames().at(-1);
  await state(frame, "no_host");
  assert.deepEqual(
    await page.evaluate(() => window.got.filter((m) => m.type === "ready" && window.parent !== window)),
    [],
  );
});

test("a_launch_from_a_look_alike_host_is_dropped_where_the_browser_does_not_name_the_parent", async () => {
  await page.goto(lookAlike.origin);
  await page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.src = url;
    document.body.append(frame);
  }, `${taxi.origin}/#blind`);
  await until(() => page.frames().length > 1);
  const frame = page.frames().at(-1);
  await frame.waitForFunction(() => window.got !== undefined);
  await page.evaluate((message) => window.frames[0].postMessage(message, "*"), LAUNCH);
  await frame.waitForFunction(() => window.got.length > 0);
  assert.equal(await frame.evaluate(() => document.body.dataset.state ?? null), null);
  assert.deepEqual(
    await page.evaluate(() => window.got.filter(({ type }) => type !== "ready" && type !== "renew")),
    [],
  );
  await signIn();
  const launched = await open(TAXI, taxi.origin, `${taxi.origin}/#blind`);
  await state(launched, "launched");
});

test("a_stranger_in_the_hosts_page_gets_nothing", async () => {
  await signIn();
  const frame = await open(TAXI, taxi.origin);
  await state(frame, "launched");
  await page.evaluate((url) => {
    const element = document.createElement("iframe");
    element.src = url;
    document.body.append(element);
  }, stranger.origin);
  await saidTo(stranger.origin, frame);
  assert.deepEqual(
    await page
      .frames()
      .at(-1)
      .evaluate(() => window.got),
    [],
  );
});

test("a_frame_nested_in_a_mini_program_gets_nothing_even_at_its_origin", async () => {
  await signIn();
  const frame = await open(TAXI, taxi.origin);
  await state(frame, "launched");
  await frame.evaluate(() => {
    const element = document.createElement("iframe");
    element.src = "/#silent";
    document.body.append(element);
  });
  await until(() => frame.childFrames().length > 0);
  const [nested] = frame.childFrames();
  await nested.waitForFunction(() => window.got !== undefined);
  const before = await page.evaluate(() => window.heard.length);
  await nested.evaluate(() => {
    top.postMessage({ portico: 1, type: "ready" }, "*");
    top.postMessage({ portico: 1, type: "login", id: "1" }, "*");
  });
  await page.waitForFunction((count) => window.heard.length >= count + 2, before);
  assert.equal(typeof (await frame.evaluate(() => window.portico.login())), "string");
  assert.deepEqual(await nested.evaluate(() => window.got), []);
});

test("a_popup_gets_nothing_even_at_a_mini_programs_origin", async () => {
  await signIn();
  const frame = await open(TAXI, taxi.origin);
  await state(frame, "launched");
  const [popup] = await Promise.all([
    context.waitForEvent("page"),
    page.evaluate((url) => void window.open(url), `${taxi.origin}/popup#silent`),
  ]);
  await popup.waitForFunction(() => window.got !== undefined);
  await popup.evaluate(() => {
    opener.postMessage({ portico: 1, type: "ready" }, "*");
    opener.postMessage({ portico: 1, type: "renew", id: "1" }, "*");
  });
  await saidTo(taxi.origin, frame);
  assert.deepEqual(await popup.evaluate(() => window.got), []);
});

test("a_frame_that_navigated_away_gets_nothing_and_a_mini_program_that_comes_back_is_launched_anew", async () => {
  await signIn();
  const frame = await open(TAXI, taxi.origin);
  const friend = await open(SHOP, shop.origin);
  await state(frame, "launched");
  await state(friend, "launched");
  await frame.evaluate((url) => void (location.href = url), stranger.origin);
  await frame.waitForURL(`${stranger.origin}/`);
  await saidTo(stranger.origin, friend);
  await page.evaluate(() => window.host.setTheme("dark"));
  fake.withdraw(TAXI, "phone.verified");
  await friend.waitForFunction(() => window.changes.includes("dark"));
  await saidTo(stranger.origin, friend);
  assert.deepEqual(await frame.evaluate(() => window.got), []);
  await frame.evaluate((url) => void (location.href = url), `${taxi.origin}/`);
  await state(frame, "launched");
  assert.equal(await frame.evaluate(() => window.portico.theme), "dark");
});

test("two_mini_programs_cannot_reach_each_other_or_leave_their_frames", async () => {
  await signIn(near);
  const one = await open(TAXI, taxi.origin);
  const two = await open(SHOP, shop.origin);
  await state(one, "launched");
  await state(two, "launched");
  const before = await two.evaluate(() => window.portico.token());
  for (const reach of [
    "parent.frames[1].document",
    "parent.document",
    "parent.frames[1].portico",
    "top.location = 'about:blank'",
  ]) {
    assert.match(
      await one.evaluate((code) => {
        try {
          return String((0, eval)(code));
        } catch (error) {
          return error.name;
        }
      }, reach),
      /SecurityError/,
      reach,
    );
  }
  assert.equal(await one.evaluate(() => window.open("about:blank")), null);
  await one.evaluate(() => localStorage.setItem("secret", "taxi's"));
  assert.equal(await two.evaluate(() => localStorage.getItem("secret")), null);
  const count = await two.evaluate(() => window.got.length);
  await one.evaluate((message) => parent.frames[1].postMessage(message, "*"), {
    portico: 1,
    type: "token_renewed",
    token: "a.b.c",
    expiresIn: 60,
  });
  await one.evaluate((message) => parent.frames[1].postMessage(message, "*"), {
    portico: 1,
    type: "session_expired",
    reason: "revoked",
  });
  await two.waitForFunction((seen) => window.got.length >= seen + 2, count);
  assert.equal(await two.evaluate(() => window.portico.token()), before);
  assert.deepEqual(JSON.parse(Buffer.from(before.split(".")[1], "base64url")).aud, SHOP);
});

test("a_sign_out_stops_every_mini_program_at_once", async () => {
  await signIn();
  const frames = [await open(TAXI, taxi.origin), await open(SHOP, shop.origin)];
  for (const frame of frames) await state(frame, "launched");
  await page.evaluate(() => window.host.signOut());
  for (const frame of frames) {
    await frame.waitForFunction(() => window.portico.expired);
    const outcome = await frame.evaluate(() =>
      window.portico.token().catch((error) => `${error.name} ${error.reason}`),
    );
    assert.equal(outcome, "SessionExpired signed_out");
  }
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("an_end_at_the_server_reaches_every_mini_program_and_the_next_person_finds_nothing_kept", async () => {
  await signIn(near);
  const frame = await open(TAXI, taxi.origin);
  await state(frame, "launched");
  await until(() => fake.streams === 1);
  await frame.evaluate(() => localStorage.setItem("home", "alice's street"));
  fake.end("suspended");
  await frame.waitForFunction(() => window.portico.expired);
  assert.equal(await frame.evaluate(() => window.portico.login().catch((error) => error.reason)), "revoked");
  fake.person = "bob";
  await page.evaluate(() => void window.host.signIn());
  await state(page, "in");
  const next = await open(TAXI, taxi.origin);
  await state(next, "launched");
  assert.equal(await next.evaluate(() => localStorage.getItem("home")), null);
});

test("a_withdrawal_is_heard_by_the_mini_program_concerned", async () => {
  await signIn();
  const frame = await open(TAXI, taxi.origin);
  await state(frame, "launched");
  await until(() => fake.streams === 1);
  fake.withdraw(TAXI, "phone.verified");
  await frame.waitForFunction(() => window.changes.length > 0);
  assert.deepEqual(await frame.evaluate(() => window.changes), [
    { scope: "openid profile.basic", removed: "phone.verified" },
  ]);
});

test("a_frame_of_an_opaque_origin_gets_nothing", async () => {
  await signIn();
  const friend = await open(SHOP, shop.origin);
  await state(friend, "launched");
  // A mini-program's own frame, out of which its page has sandboxed itself: the window is right, the origin is "null".
  const frame = await open(TAXI, `${taxi.origin}`, `${taxi.origin}/opaque#silent`);
  await frame.waitForFunction(() => document.readyState === "complete");
  assert.equal(await frame.evaluate(() => self.origin), "null");
  await frame.evaluate(() => {
    window.got = [];
    addEventListener("message", ({ data }) => got.push(data));
    parent.postMessage({ portico: 1, type: "ready" }, "*");
    parent.postMessage({ portico: 1, type: "renew", id: "1" }, "*");
  });
  await saidTo("null", friend);
  assert.deepEqual(await frame.evaluate(() => window.got), []);
  assert.equal(await page.evaluate(() => window.host.miniPrograms[1].connected), false);
  for (const origin of ["null", "*"]) {
    const refused = await page.evaluate(
      (entry) => window.host.launch("org.example.taxi", { entry, container: window.stage }).catch(({ code }) => code),
      origin,
    );
    assert.equal(refused, "invalid_origin");
  }
});

test("a_host_of_an_opaque_origin_launches_nobody", async () => {
  await page.goto(`${lookAlike.origin}/opaque`);
  assert.equal(await page.evaluate(() => self.origin), "null");
  await page.evaluate((url) => {
    const element = document.createElement("iframe");
    element.src = url;
    document.body.append(element);
  }, `${taxi.origin}/#blind`);
  await until(() => page.frames().length > 1);
  const frame = page.frames().at(-1);
  await frame.waitForFunction(() => window.got !== undefined);
  await page.evaluate((message) => window.frames[0].postMessage(message, "*"), LAUNCH);
  await frame.waitForFunction(() => window.got.length > 0);
  assert.equal(await frame.evaluate(() => document.body.dataset.state ?? null), null);
  assert.deepEqual(
    await page.evaluate(() => window.got.filter(({ type }) => type !== "ready" && type !== "renew")),
    [],
  );
});

test("every_message_of_a_mini_program_goes_to_an_exact_origin", async () => {
  await signIn();
  const frame = await open(TAXI, taxi.origin, `${taxi.origin}/#noted`);
  await state(frame, "launched");
  await frame.evaluate(() => window.portico.login());
  const targets = await frame.evaluate(() => window.targets);
  assert.ok(targets.length >= 2);
  assert.deepEqual([...new Set(targets)], [host.origin]);
});

test("an_answer_that_is_under_way_when_the_frame_navigates_is_dropped", async () => {
  await signIn();
  const frame = await open(TAXI, taxi.origin);
  await state(frame, "launched");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  fake.instead = async (request) => {
    if (request.url.endsWith("/oauth/token")) await held;
    return undefined;
  };
  try {
    const before = fake.count("/oauth/token");
    await frame.evaluate(() => parent.postMessage({ portico: 1, type: "renew", id: "99" }, "*"));
    await until(() => fake.count("/oauth/token") > before);
    // First to a stranger, then to the very same origin: neither asked for it.
    await frame.evaluate((url) => void (location.href = url), stranger.origin);
    await frame.waitForURL(`${stranger.origin}/`);
    await frame.evaluate((url) => void (location.href = url), `${taxi.origin}/#silent`);
    await frame.waitForURL(`${taxi.origin}/#silent`);
    await frame.waitForFunction(() => window.got !== undefined);
  } finally {
    release();
    fake.instead = () => undefined;
  }
  const friend = await open(SHOP, shop.origin);
  await state(friend, "launched");
  assert.equal(typeof (await friend.evaluate(() => window.portico.login())), "string");
  assert.deepEqual(await frame.evaluate(() => window.got), []);
});

test("after_session_expired_every_call_rejects_until_the_next_launch", async () => {
  await signIn();
  const frame = await open(TAXI, taxi.origin);
  await state(frame, "launched");
  const outcomes = () =>
    frame.evaluate(() =>
      Promise.all(
        [
          () => portico.token(),
          () => portico.login(),
          () => portico.phoneCode(),
          () => portico.profile(),
          () => portico.requestPermission("phone.verified"),
        ].map((ask) => ask().then(() => "fine", (error) => `${error.name} ${error.reason}`)),
      ),
    );
  fake.instead = (_, form) => (form.prompt === "consent" ? new Promise(() => {}) : undefined);
  const waiting = frame.evaluate(() => portico.requestPermission("email.verified").catch(({ name }) => name));
  await until(() => fake.count("/oauth/token", { prompt: "consent" }) === 1);
  await until(() => fake.streams === 1);
  fake.instead = () => undefined;
  fake.end("signed_out");
  await frame.waitForFunction(() => window.portico.expired);
  assert.equal(await waiting, "SessionExpired", "what waits fails too");
  for (let time = 0; time < 2; time += 1) {
    assert.deepEqual(await outcomes(), Array(5).fill("SessionExpired signed_out"));
  }
  assert.equal(await frame.evaluate(() => portico.scope), "");
  await page.evaluate(() => void window.host.signIn());
  await state(page, "in");
  const next = await open(TAXI, taxi.origin);
  await state(next, "launched");
  assert.equal(await next.evaluate(() => portico.token().then(() => "fine")), "fine");
});

for (const [name, path] of [
  ["a_page_that_goes_on_by_script", "/splash"],
  ["a_page_that_refreshes", "/refresh"],
]) {
  test(`a_mini_program_behind_${name}_hears_and_is_answered_though_it_loads_after_it_was_ready`, async () => {
    await signIn();
    const frame = await open(TAXI, taxi.origin, `${taxi.origin}${path}`);
    await frame.waitForURL(`${taxi.origin}/slow`);
    await frame.waitForLoadState("load");
    await state(frame, "launched");
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    assert.equal(await page.evaluate(() => window.host.miniPrograms[0].connected), true);
    assert.match(await frame.evaluate(() => window.portico.login()), /^login-code-/);
    await page.evaluate(() => window.host.signOut());
    await frame.waitForFunction(() => window.portico.expired);
  });
}

for (const path of ["/jump", "/twice"]) {
  test(`a_document_that_never_said_ready_hears_nothing_after_one_that_did: ${path}`, async () => {
    await signIn();
    const friend = await open(SHOP, shop.origin);
    await state(friend, "launched");
    const frame = await open(TAXI, taxi.origin, `${taxi.origin}${path}`);
    await frame.waitForURL(`${taxi.origin}/#silent`);
    await frame.waitForFunction(() => window.got !== undefined && document.readyState === "complete");
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    await page.evaluate(() => window.host.setTheme("dark"));
    await frame.evaluate(() => parent.postMessage({ portico: 1, type: "renew", id: "1" }, "*"));
    await friend.waitForFunction(() => window.changes.includes("dark"));
    assert.equal(typeof (await friend.evaluate(() => window.portico.login())), "string");
    assert.deepEqual(await frame.evaluate(() => window.got), []);
    assert.equal(await page.evaluate(() => window.host.miniPrograms[1].connected), false);
  });
}

for (const [name, made] of [["of_the_hosts_own", false], ["that_a_launch_made", true]]) {
  test(`a_frame_${name}_is_used_again_though_the_entry_has_a_fragment`, async () => {
    await signIn();
    const connected = await page.evaluate(
      async ([id, entry, fresh]) => {
        const options = { entry, container: window.stage };
        const footer = document.createElement("footer");
        if (!fresh) options.iframe = window.stage.appendChild(document.createElement("iframe"));
        const first = await window.host.launch(id, options);
        window.stage.append(footer);
        while (!first.connected) await new Promise((resolve) => setTimeout(resolve, 20));
        window.again = await window.host.launch(id, { entry, iframe: first.iframe, path: "rides" });
        return [first.connected, again.iframe === first.iframe, again.iframe.nextSibling === footer];
      },
      [TAXI, `${taxi.origin}/#/home`, made],
    );
    assert.deepEqual(connected, [false, true, true]);
    await page.waitForFunction(() => window.again.connected);
    const frame = page.frames().at(-1);
    await state(frame, "launched");
    assert.equal(await frame.evaluate(() => portico.path), "rides");
    assert.equal(page.frames().length, 2);
    await page.evaluate(() => window.host.signOut());
    await until(() => frame.evaluate(() => portico.expired));
  });
}

test("no_token_and_no_referrer_ever_stood_in_an_address", () => {
  assert.ok(addresses.length > 100, `${addresses.length} requests seen`);
  assert.deepEqual(
    addresses.filter((address) => /access-\d|refresh-\d|login-code-|eyJ[\w-]+\./.test(address)),
    [],
  );
  const entries = [...taxi.seen, ...shop.seen].filter(({ url }) => url === "/");
  assert.ok(entries.length > 10);
  assert.deepEqual(
    entries.filter(({ referer }) => referer?.startsWith(host.origin)),
    [],
  );
});
