// Passkeys, with the browser's own virtual authenticator: on localhost, where browsers allow them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { seriousProblems } from "../support/axe.mjs";
import { launch as openBrowser, listen, policyOf } from "../support/browser.mjs";
import { freePort, serve } from "../support/portico.mjs";

const PASSWORD = "correct horse battery staple";
// What Chromium writes to its console about any answer that is refused.
const REFUSAL = /Failed to load resource.*status of 4\d\d/;

let portico, browser, people = 0;

before(async () => {
  const port = await freePort();
  portico = await serve("--listen", `127.0.0.1:${port}`, "--issuer", `http://localhost:${port}`);
  portico.issuer = `http://localhost:${port}`;
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  if (portico) assert.equal(await portico.stop(), 0);
});

function newPerson() {
  const username = `person${++people}`;
  portico.createPerson("Mira Aalto", username, PASSWORD);
  return username;
}

/** A page in a fresh browser with an authenticator; afterwards nothing must have been complained about. */
async function withPage({ offersList = false, ...options }, story) {
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options });
  // The virtual authenticator takes up the list at the name's field by itself, before a button can be pressed.
  if (!offersList) {
    await context.addInitScript(() => {
      if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
  }
  const ear = listen(context);
  try {
    const page = await context.newPage();
    const devices = await context.newCDPSession(page);
    await devices.send("WebAuthn.enable");
    const { authenticatorId } = await devices.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
        isUserVerified: true, automaticPresenceSimulation: true,
      },
    });
    const credentials = async () => (await devices.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
    await story(page, { ear, context, credentials });
    ear.assertSilent();
  } finally {
    await context.close();
  }
}

async function signIn(page, username) {
  await page.goto(`${portico.issuer}/sign-in?continue=%2Fsettings%2Fsecurity`);
  await page.getByLabel(/user/i).fill(username);
  await page.getByLabel(/password/i).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Passkeys" }).waitFor();
}

async function addPasskey(page) {
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("The passkey was added").waitFor();
}

async function signedOut(page, context) {
  await context.clearCookies();
  await page.goto(`${portico.issuer}/sign-in?continue=%2Fsettings%2Fsecurity`);
  return page.getByRole("button", { name: "Sign in with a passkey" });
}

const inside = (page) => page.waitForURL(`${portico.issuer}/settings/security`);

test("a passkey is added in the settings and signs in without a name and with one", async () => {
  await withPage({}, async (page, { context, credentials }) => {
    const username = newPerson();
    await signIn(page, username);
    await addPasskey(page);
    const [credential] = await credentials();
    assert.equal(credential.isResidentCredential, true);
    assert.equal(credential.rpId, "localhost");
    assert.equal(Buffer.from(credential.userHandle, "base64").length, 16);

    await (await signedOut(page, context)).click();
    await inside(page);
    await page.getByRole("heading", { name: "Passkey", exact: true }).waitFor();

    const button = await signedOut(page, context);
    await page.getByLabel(/user/i).fill(username);
    await button.click();
    await inside(page);
  });
});

test("a passkey is offered at the name's field", async () => {
  await withPage({ offersList: true }, async (page, { context }) => {
    await signIn(page, newPerson());
    await addPasskey(page);
    await context.clearCookies();
    await page.goto(`${portico.issuer}/sign-in?continue=%2Fsettings%2Fsecurity`);
    await inside(page);
    await page.getByRole("heading", { name: "Passkey", exact: true }).waitFor();
  });
});

test("a passkey of somebody else than the name in the form is refused in words", async () => {
  await withPage({}, async (page, { context, ear }) => {
    const other = newPerson();
    await signIn(page, newPerson());
    await addPasskey(page);
    const button = await signedOut(page, context);
    await page.getByLabel(/user/i).fill(other);
    await button.click();
    await page.getByRole("alert").filter({ hasText: "can’t sign you in" }).waitFor();
    ear.forgive(REFUSAL);
  });
});

test("a passkey is renamed, and once removed it signs nobody in", async () => {
  await withPage({}, async (page, { context, ear }) => {
    await signIn(page, newPerson());
    await addPasskey(page);
    await page.getByText("Change", { exact: true }).click();
    await page.getByLabel("Name", { exact: true }).fill("My blue key");
    await page.getByRole("button", { name: /^Rename/ }).click();
    await page.getByRole("heading", { name: "My blue key" }).waitFor();
    await page.getByText("Change", { exact: true }).click();
    await page.getByRole("button", { name: /^Remove/ }).click();
    await page.getByText("You have no passkeys yet").waitFor();
    await (await signedOut(page, context)).click();
    await page.getByRole("alert").filter({ hasText: "can’t sign you in" }).waitFor();
    ear.forgive(REFUSAL);
  });
});

test("the same authenticator says that it holds one already", async () => {
  await withPage({}, async (page) => {
    await signIn(page, newPerson());
    await addPasskey(page);
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("alert").filter({ hasText: "already has a passkey" }).waitFor();
  });
});

test("the script stands in a file of its own, and only pages that need it allow one", async () => {
  await withPage({}, async (page, { ear }) => {
    await signIn(page, newPerson());
    await page.goto(`${portico.issuer}/settings`);
    const scripts = new Map(ear.documents.map((answer) => {
      return [new URL(answer.url()).pathname, policyOf(answer).get("script-src")?.join(" ")];
    }));
    assert.equal(scripts.get("/sign-in"), "'self'");
    assert.equal(scripts.get("/settings/security"), "'self'");
    assert.equal(scripts.get("/settings"), undefined);
  });
});

test("without JavaScript nothing is shown that does not work", async () => {
  await withPage({ javaScriptEnabled: false }, async (page) => {
    const username = newPerson();
    await page.goto(`${portico.issuer}/sign-in`);
    assert.equal(await page.getByRole("button", { name: /passkey/i }).count(), 0);
    await signIn(page, username);
    assert.equal(await page.getByRole("button", { name: /passkey/i }).count(), 0);
    await page.getByText("need JavaScript").waitFor();
  });
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 390, 1440]) {
    test(`security fits ${width} px in ${colorScheme}, and axe finds nothing serious`, async () => {
      await withPage({ viewport: { width, height: 800 }, colorScheme }, async (page) => {
        await signIn(page, newPerson());
        await addPasskey(page);
        await page.getByText("Change", { exact: true }).click();
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(beyond <= 0, `${beyond} px beyond the edge`);
        assert.deepEqual(await seriousProblems(page.mainFrame()), []);
        if (process.env.PICTURES) {
          await page.screenshot({ path: `${process.env.PICTURES}/security-${width}-${colorScheme}.png`, fullPage: true });
        }
      });
    });
  }
}
