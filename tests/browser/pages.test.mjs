// Portico's own pages: they fit a small phone and a wide screen, in both themes, for everyone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { seriousProblems } from "../support/axe.mjs";
import { launch as openBrowser, listen, policyOf } from "../support/browser.mjs";
import { signIn, walk } from "../support/pages.mjs";
import { house } from "../support/people.mjs";

const ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle cx="24" cy="24" r="20"/></svg>';

let portico, browser;

before(async () => {
  portico = await house();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  if (portico) assert.equal(await portico.stop(), 0);
});

/** Where the host would send a person who opens the taxi for the first time. */
async function consentUri(token, returnTo = portico.returnTo) {
  const answer = await portico.launch(token);
  assert.equal(answer.error, "consent_required", JSON.stringify(answer));
  const uri = new URL(answer.consent_uri);
  if (returnTo) uri.searchParams.set("return_to", returnTo);
  return uri.href;
}

const consentUriOf = async (username) => consentUri(await portico.hostToken(username));

/** A page in a fresh browser; afterwards nothing must have been complained about. */
async function withPage(options, story) {
  const context = await browser.newContext(options);
  const ear = listen(context);
  await context.route("https://app.example/**", (route) => route.fulfill({ contentType: "image/svg+xml", body: ICON }));
  try {
    const page = await context.newPage();
    await story(page, ear);
    ear.assertSilent();
  } finally {
    await context.close();
  }
}

// What Chromium writes to its console about any document that is refused.
const REFUSAL = /Failed to load resource.*status of 4\d\d/;

for (const locale of ["en", "zh-CN", "ru"]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 1440]) {
      test(`every page in ${locale} fits ${width} px in ${colorScheme}, and axe finds nothing serious`, async () => {
        const viewport = { width, height: width < 500 ? 640 : 900 };
        await withPage({ viewport, colorScheme, locale, reducedMotion: "reduce" }, async (page, ear) => {
          const problems = [];
          let pages = 0;
          await walk(page, portico, async (name) => {
            pages++;
            const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            if (beyond > 0) problems.push(`${name}: ${beyond} px beyond the edge`);
            const found = await seriousProblems(page.mainFrame());
            problems.push(...found.map((problem) => `${name}: ${problem}`));
            assert.equal(await page.locator("html").getAttribute("lang"), locale, name);
          });
          assert.ok(pages >= 10, `${pages} pages`);
          assert.deepEqual(problems, []);
          ear.forgive(REFUSAL);
        });
      });
    }
  }
}

test("the keyboard reaches every section, and the focus is seen", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${portico.issuer}/settings`);
    await signIn(page, portico.newPerson());
    await page.locator("nav a[aria-current=page]").waitFor();
    const sections = await page.locator("nav a").count();
    for (let step = 0; step <= sections; step++) {
      await page.keyboard.press("Tab");
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.equal(outline, "solid", `step ${step}`);
    }
    assert.equal(await page.evaluate(() => document.activeElement.closest("nav") !== null), true);
  });
});

test("every page has a strict policy, no script, and may not be framed", async () => {
  await withPage({}, async (page, ear) => {
    await walk(page, portico, () => {});
    ear.forgive(REFUSAL);
    const own = ear.documents.filter((response) => response.url().startsWith(portico.issuer) && response.status() !== 303);
    assert.ok(own.length >= 5, `${own.length} documents`);
    for (const response of own) {
      const policy = policyOf(response);
      assert.deepEqual(policy.get("frame-ancestors"), ["'none'"], response.url());
      const scripts = policy.get("script-src") ?? policy.get("default-src");
      assert.ok(!/unsafe|data:|\*/.test(scripts.join(" ")), `${response.url()}: ${scripts}`);
      assert.equal(response.headers()["referrer-policy"], "no-referrer");
    }
  });
});

test("a person signs in and agrees without JavaScript", async () => {
  await withPage({ javaScriptEnabled: false }, async (page) => {
    const username = portico.newPerson();
    await page.goto(await consentUriOf(username));
    await page.getByRole("button", { name: /^allow/i }).click();
    await page.waitForURL(`${portico.returnTo}?consent=done`);
    await page.goto(`${portico.issuer}/settings`);
    await signIn(page, username);
    await page.getByText("org.example.taxi").first().waitFor();
  });
});

test("a wrong password is said in words and keeps the username", async () => {
  await withPage({}, async (page, ear) => {
    const username = portico.newPerson();
    await page.goto(`${portico.issuer}/settings`);
    await page.getByLabel(/user/i).fill(username);
    await page.getByLabel(/password/i).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByLabel(/user/i).inputValue(), username);
    assert.equal(await page.getByLabel(/password/i).inputValue(), "");
    ear.forgive(REFUSAL);
  });
});

test("an optional permission is granted by its own switch and withdrawn in the settings", async () => {
  await withPage({}, async (page) => {
    const username = portico.newPerson();
    const token = await portico.hostToken(username);
    await page.goto(await consentUri(token));
    assert.ok(!(await page.content()).includes(`${username}@example.org`), "the page shows a value of the profile");
    const allowed = page.getByRole("switch");
    assert.equal(await allowed.isChecked(), false);
    await allowed.check();
    await page.getByRole("button", { name: /^allow/i }).click();
    await page.waitForURL(`${portico.returnTo}?consent=done`);
    const scope = async () => (await portico.launch(token)).scope.split(" ").sort();
    assert.deepEqual(await scope(), ["email.verified", "openid", "profile.basic"]);

    await page.goto(`${portico.issuer}/settings`);
    await signIn(page, username);
    await page.getByRole("button", { name: /withdraw.*mail/i }).click();
    await page.getByRole("button", { name: /withdraw.*mail/i }).waitFor({ state: "detached" });
    assert.deepEqual(await scope(), ["openid", "profile.basic"]);
  });
});

test("a refused required permission is no launch, and the refusal is remembered", async () => {
  await withPage({}, async (page) => {
    const token = await portico.hostToken(portico.newPerson());
    await page.goto(await consentUri(token));
    await page.getByRole("button", { name: /don.t allow|refuse|deny|not now|decline/i }).click();
    await page.waitForURL(`${portico.returnTo}?consent=done`);
    assert.equal((await portico.launch(token)).error, "access_denied");
  });
});

test("a consent page that another browser opened is not shown again", async () => {
  const token = await portico.hostToken(portico.newPerson());
  const [returning, staying] = [await consentUri(token), await consentUri(token, null)];
  await withPage({}, async (page) => {
    for (const uri of [returning, staying]) {
      await page.goto(uri);
      await page.getByRole("button", { name: /^allow/i }).waitFor();
    }
  });
  await withPage({}, async (page, ear) => {
    await page.goto(returning);
    await page.waitForURL(`${portico.returnTo}?consent=expired`);
    await page.goto(staying);
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.getByRole("button", { name: /^allow/i }).count(), 0);
    ear.forgive(REFUSAL);
  });
});

// Registered last, since it changes what every other page shows.
for (const [colorScheme, accent] of [["light", "#ffd400"], ["dark", "#101080"]]) {
  test(`names that hide, reverse, imitate and never end fit 320 px in a host's colours, in ${colorScheme}`, async () => {
    const hostile = `\u0627\u0644\u0639\u0631\u0628\u064a\u0629 P\u0430y\u200bPal ${"W".repeat(84)}`;
    portico.changeHost({ name: hostile, theme: { accent, logo: `${portico.issuer}/assets/mark.svg` } });
    portico.changeTaxi({ name: hostile });
    await withPage({ viewport: { width: 320, height: 640 }, colorScheme, reducedMotion: "reduce" }, async (page, ear) => {
      const username = portico.newPerson();
      const check = async (what) => {
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(beyond <= 0, `${what}: ${beyond} px beyond the edge`);
        assert.deepEqual(await seriousProblems(page.mainFrame()), [], what);
        assert.ok(!(await page.content()).includes("\u200b"), what);
        assert.ok((await page.locator(".caution").count()) > 0, what);
      };
      const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
      const query = new URLSearchParams({
        response_type: "code", client_id: "superapp", redirect_uri: portico.returnTo, scope: "openid host",
        code_challenge: challenge, code_challenge_method: "S256",
      });
      await page.goto(`${portico.issuer}/oauth/authorize?${query}`);
      await check("sign-in");
      const ground = await page.locator("button.primary").evaluate((button) => getComputedStyle(button).backgroundColor);
      assert.ok(!["rgb(13, 103, 87)", "rgb(99, 205, 180)"].includes(ground), `${ground} is not the host's`);
      await page.goto(await consentUriOf(username));
      await check("consent");
      await page.getByRole("button", { name: /^allow/i }).click();
      await page.waitForURL(/consent=done/);
      await page.goto(`${portico.issuer}/settings`);
      await signIn(page, username);
      await page.locator("nav a[aria-current=page]").waitFor();
      await check("settings");
      ear.forgive(REFUSAL);
    });
  });
}
