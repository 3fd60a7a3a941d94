// The operator's console: every page fits a phone and a wide screen, in both themes, and does what it says.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { seriousProblems } from "../support/axe.mjs";
import { launch as openBrowser, listen, policyOf } from "../support/browser.mjs";
import { house } from "../support/people.mjs";

const TAXI = "org.example.taxi";
// What Chromium writes to its console about any document that is refused.
const REFUSAL = /Failed to load resource.*status of 4\d\d/;

let portico, browser, person;

before(async () => {
  portico = await house();
  browser = await openBrowser();
  const username = portico.newPerson();
  const token = await portico.hostToken(username);
  portico.cli(["apps", "preauthorise", TAXI, "profile.basic"]);
  await portico.launch(token);
  [person] = portico.cli(["users", "list", "--query", username]).items.map(({ user_id }) => user_id);
});

after(async () => {
  await browser?.close();
  if (portico) assert.equal(await portico.stop(), 0);
});

async function enter(page) {
  await page.goto(portico.admin);
  await page.getByLabel("Operator's token").fill(portico.adminToken());
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
}

/** A page in a fresh browser; afterwards nothing must have been complained about. */
async function withPage(options, story) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const ear = listen(context);
  try {
    const page = await context.newPage();
    await story(page, ear);
    ear.assertSilent();
  } finally {
    await context.close();
  }
}

const PAGES = () => [
  "/console", "/console/people", `/console/people/${person}`, "/console/apps", `/console/apps/${TAXI}`,
  "/console/hosts", "/console/hosts/superapp", "/console/scopes", "/console/deliveries", "/console/audit",
];

for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 1440]) {
    test(`every page fits ${width} px in ${colorScheme}, and axe finds nothing serious`, async () => {
      const viewport = { width, height: width < 500 ? 640 : 900 };
      await withPage({ viewport, colorScheme, reducedMotion: "reduce" }, async (page, ear) => {
        const sound = async (path) => {
          const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(beyond <= 0, `${path}: ${beyond} px beyond the edge`);
          assert.deepEqual(await seriousProblems(page.mainFrame()), [], path);
        };
        await page.goto(portico.admin);
        await sound("the sign-in page");
        await enter(page);
        for (const path of PAGES()) {
          await page.goto(portico.admin + path);
          for (const summary of await page.locator("summary").all()) await summary.click();
          await sound(path);
        }
        await page.goto(`${portico.admin}/console/apps/none.such`);
        await sound("a refusal");
        ear.forgive(REFUSAL);
      });
    });
  }
}

test("every page has a strict policy", async () => {
  await withPage({}, async (page, ear) => {
    await enter(page);
    for (const path of PAGES()) await page.goto(portico.admin + path);
    const shown = ear.documents.filter((response) => response.status() === 200);
    assert.ok(shown.length > 10, `${shown.length} documents`);
    for (const response of shown) {
      const policy = policyOf(response);
      assert.deepEqual(policy.get("default-src"), ["'none'"], response.url());
      assert.deepEqual(policy.get("frame-ancestors"), ["'none'"], response.url());
      assert.deepEqual(policy.get("script-src"), ["'self'"], response.url());
    }
  });
});

test("an operator finds a person, ends a session and erases them, without JavaScript", async () => {
  await withPage({ javaScriptEnabled: false }, async (page) => {
    const username = portico.newPerson();
    await portico.hostToken(username);
    await enter(page);
    await page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "People" }).click();
    await page.getByLabel("Find").fill(`${username}@example.org`);
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("link", { name: /^usr_/ }).click();
    await page.getByRole("heading", { level: 1, name: /Mira Aalto/ }).waitFor();
    await page.getByRole("button", { name: "End", exact: true }).click();
    await page.getByRole("status").getByText("The session is over.").waitFor();
    await page.getByText("Erase this person").click();
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Erase for good" }).click();
    await page.getByRole("status").getByText("The person is erased.").waitFor();
    assert.ok(!(await page.content()).includes("Mira Aalto"));
    await page.getByRole("link", { name: "What operators did" }).click();
    await page.getByText("person.erased").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Operator's token").waitFor();
  });
});

test("a new secret is shown once", async () => {
  await withPage({}, async (page) => {
    await enter(page);
    await page.goto(`${portico.admin}/console/apps/${TAXI}`);
    await page.getByText("New secret…").click();
    await page.getByRole("button", { name: "Make a new secret" }).click();
    const secret = await page.locator(".secret").innerText();
    assert.match(secret.trim(), /^[\w-]{43}$/);
    await page.getByRole("link", { name: "I have it" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.ok(!(await page.content()).includes(secret.trim()));
  });
});

test("the live figures renew themselves", async () => {
  await withPage({}, async (page) => {
    await enter(page);
    const first = await page.locator("#figures").elementHandle();
    await page.waitForFunction((first) => !first.isConnected, first, { timeout: 15_000 });
    await page.getByRole("img", { name: /^Live sessions: now/ }).waitFor();
  });
});
