// The walk through `portico demo` that a visitor takes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { seriousProblems } from "../support/axe.mjs";
import { launch, listen, policyOf } from "../support/browser.mjs";
import { Everyday } from "../support/everyday.mjs";
import { demo, waitFor } from "../support/portico.mjs";

// A launch that needs consent is a 400 by contract, which Chromium writes to its console.
const CONSENT_REQUIRED = /\/oauth\/token: Failed to load resource: .* 400 /;
// Who is stopped in the middle of a question gets a 401.
const STOPPED = /Failed to load resource: .* 401 /;

let portico, browser;

before(async () => {
  portico = await demo();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (portico) assert.equal(await portico.stop(), 0);
});

async function visit(story, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 }, locale: "en-GB", reducedMotion: "reduce", ...options,
  });
  const ear = listen(context);
  try {
    const page = await context.newPage();
    await story(new Everyday(page, portico.url), ear, context);
    ear.forgive(CONSENT_REQUIRED);
    ear.assertSilent();
  } finally {
    await context.close();
  }
}

test("the story", async (t) => {
  await visit(async (everyday, ear, context) => {
    const { page } = everyday;
    const sent = [];
    context.on("request", (request) => sent.push(request));
    const taxi = everyday.frame("taxi");

    await t.test("a person signs in once", async () => {
      await everyday.signIn();
      await page.getByRole("heading", { level: 2, name: /\w+/ }).first().waitFor();
    });

    await t.test("the taxi asks, and greets by name after a yes", async () => {
      assert.equal(await everyday.open("taxi"), true, "no consent page was shown");
      assert.match(await taxi.locator("#hello").innerText(), /^Hello, \w+/);
      assert.match(await taxi.locator("#contact").innerText(), /can call .*\d/);
    });

    await t.test("another mini-program opens without a second sign-in", async () => {
      const before = sent.length;
      await everyday.open("shop");
      const posts = sent.slice(before).filter((request) => request.method() === "POST");
      assert.ok(posts.every((request) => !/password=/.test(request.postData() ?? "")), "a password was asked for");
      assert.match(await everyday.frame("shop").locator("#hello").innerText(), /^Welcome back, \w+/);
      await everyday.open("gov");
      assert.match(await everyday.frame("gov").locator("#status-title").innerText(), /identity|not verified/i);
    });

    await t.test("a shop written for WeChat takes an order behind the gateway, and knows no id but its own", async () => {
      const shop = everyday.frame("shop");
      const answered = page.waitForResponse((response) => /\/api\/orders$/.test(response.url()));
      await everyday.choose("shop");
      await shop.locator(".add").first().click();
      await shop.locator("#buy").click();
      await shop.locator("#thanks").getByText(/^Thank you, \w+/).waitFor();
      const sentOrder = (await answered).request().postDataJSON();
      const order = await (await answered).json();
      assert.equal(order.openid, sentOrder.openid, "the page reads the app's own OpenID");
      assert.equal(order.errcode, 0);
    });

    await t.test("the panel shows the requests as they happen", async () => {
      const lines = page.locator("#lines .line");
      await lines.filter({ hasText: "/oauth/introspect" }).filter({ hasText: "active" }).first().waitFor();
      await lines.filter({ hasText: "/oauth/token" }).first().waitFor();
      await lines.filter({ hasText: "The gateway" }).filter({ hasText: "/api/goods" }).first().waitFor();
      const text = await page.locator("#lines").innerText();
      assert.ok(!/eyJ[\w-]{20,}|code=[\w-]{8,}/.test(text), "the panel shows a token");
    });

    await t.test("the phone number is withdrawn, and the taxi manages without", async () => {
      await everyday.account();
      await page.getByRole("button", { name: /withdraw phone number from taxi/i }).click();
      await everyday.choose("taxi");
      await taxi.locator("#contact").filter({ hasText: /no number/i }).waitFor();
      assert.ok(!/\d{5}/.test(await taxi.locator("body").innerText()), "the taxi still shows a number");
      await taxi.getByRole("button", { name: "Order a ride" }).click();
      await taxi.getByRole("heading", { name: /is on the way/ }).waitFor();
      await taxi.getByRole("button", { name: "Cancel the ride" }).click();
    });

    await t.test("the number is shared again where the taxi offers it", async () => {
      await taxi.getByRole("button", { name: "Share it" }).first().click();
      await everyday.consentPage().waitFor();
      await everyday.allow();
      await taxi.locator("#contact").filter({ hasText: /can call/ }).waitFor();
    });

    await t.test("no cookie of Portico's reached a mini-program or its back end", async () => {
      const own = (await context.cookies()).filter((cookie) => cookie.domain === "localhost");
      assert.ok(own.length > 0, "Portico set no cookie, so this shows nothing");
      const others = sent.filter((request) => new URL(request.url()).hostname === "127.0.0.1");
      const origins = new Set(others.map((request) => new URL(request.url()).origin));
      assert.equal(origins.size, 4, `three mini-programs and the gateway: ${[...origins].join(" ")}`);
      for (const request of others) {
        const cookie = (await request.allHeaders()).cookie ?? "";
        for (const { name, value } of own) assert.ok(!cookie.includes(name) && !cookie.includes(value), request.url());
      }
    });

    await t.test("no token is in an address", () => {
      for (const request of sent) assert.ok(!/eyJ[\w-]{20,}|access_token/.test(request.url()), "a token in an address");
    });

    await t.test("every document has a policy without unsafe scripts", () => {
      assert.ok(ear.documents.length >= 6);
      for (const response of ear.documents.filter((response) => response.status() === 200)) {
        const policy = policyOf(response);
        const scripts = (policy.get("script-src") ?? policy.get("default-src")).join(" ");
        assert.ok(!/unsafe|data:|\*/.test(scripts), `${response.url()}: ${scripts}`);
      }
    });

    await t.test("signing out stops every open mini-program at once", async () => {
      await everyday.signOut();
      for (const key of ["taxi", "shop", "gov"]) {
        assert.equal(await everyday.window(key).getAttribute("data-state"), "ended");
        await everyday.frame(key).getByRole("alert").waitFor({ timeout: 2_000 });
      }
      await page.getByText("You are signed out.").waitFor();
      ear.forgive(STOPPED);
    });

    await t.test("after the sign-out a reload asks to sign in", async () => {
      await page.goto(portico.url);
      await everyday.view("welcome").waitFor();
      ear.forgive(/Failed to load resource: .* 40[01] /);
    });
  });
});

test("a session that is ended in the settings of another tab stops the mini-programs too", async () => {
  await visit(async (everyday, ear, context) => {
    await everyday.signIn();
    await everyday.open("taxi");
    const settings = await context.newPage();
    await settings.goto(new URL("/settings/devices", portico.url).href);
    await settings.getByRole("button", { name: /sign out of this device/i }).click();
    await everyday.page.locator('article.window[data-app="taxi"][data-state="ended"]').waitFor({ timeout: 5_000 });
    await everyday.frame("taxi").getByRole("alert").waitFor({ timeout: 2_000 });
    ear.forgive(STOPPED);
  });
});

test("a reload keeps the person signed in and the mini-programs open", async () => {
  await visit(async (everyday) => {
    await everyday.signIn();
    await everyday.open("taxi");
    await everyday.page.reload();
    await everyday.page.locator('article.window[data-app="taxi"][data-state="live"]').waitFor({ state: "attached" });
    assert.equal(await everyday.open("taxi"), false, "it asked again");
    assert.match(await everyday.frame("taxi").locator("#hello").innerText(), /^Hello, \w+/);
  });
});

for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of Object.entries({ phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } })) {
    test(`shell and mini-programs on a ${device} in ${colorScheme} fit, and axe finds nothing serious`, async () => {
      await visit(async (everyday) => {
        const { page } = everyday;
        const problems = [];
        const check = async (what, frame = page.mainFrame()) => {
          const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          if (beyond > 0) problems.push(`${what}: ${beyond} px beyond the edge`);
          problems.push(...(await seriousProblems(frame)).map((problem) => `${what}: ${problem}`));
        };
        await everyday.signIn();
        await check("home");
        for (const key of ["taxi", "shop", "gov"]) {
          await everyday.open(key);
          await check(`around ${key}`);
          await check(`inside ${key}`, await waitFor(() => page.frame({ name: key }), key));
        }
        await everyday.account();
        await check("account");
        await everyday.signOut();
        await check("signed out");
        assert.deepEqual(problems, []);
      }, { viewport, colorScheme });
    });
  }
}
