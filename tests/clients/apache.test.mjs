// mod_auth_openidc, as Debian packages it, with Chromium in front of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { apache } from "../support/apache.mjs";
import { launch } from "../support/browser.mjs";
import { freePort, manifest, serve, waitFor } from "../support/portico.mjs";

const SITE = "org.example.library";
const PASSWORD = "correct horse battery staple";

let portico, site, browser;

before(async () => {
  portico = await serve();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  const { client_secret: secret } = portico.register("apps", manifest(SITE, "web", ["profile.basic"], {
    entry: `${origin}/secure/`, origins: [origin], redirect_uris: [`${origin}/secure/back`],
    backend: { token_endpoint_auth_method: "client_secret_basic" },
    backchannel_logout_uri: `${origin}/secure/back?logout=backchannel`,
  }));
  portico.createPerson("Mira Aalto", "mira", PASSWORD);
  site = await apache({ port, issuer: portico.issuer, clientId: SITE, secret });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  if (portico) assert.equal(await portico.stop(), 0);
});

async function signIn(page) {
  await page.goto(site.page);
  await page.getByLabel(/user/i).fill("mira");
  await page.getByLabel(/password/i).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  const allow = page.getByRole("button", { name: /^allow/i });
  const arrived = page.getByText('"sub"');
  await allow.or(arrived).waitFor();
  if (await allow.isVisible()) await allow.click();
  await arrived.waitFor();
  return JSON.parse(await page.locator("body").innerText());
}

test("a person signs in to a site behind mod_auth_openidc", async () => {
  const context = await browser.newContext();
  const seen = await signIn(await context.newPage());
  assert.equal(seen.name, "Mira Aalto");
  assert.equal(seen.sub.length, 28);
  await context.close();
});

test("when the session ends at Portico, mod_auth_openidc forgets the person", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page);
  await page.reload();
  await page.getByText('"sub"').waitFor();

  const settings = await context.newPage();
  await settings.goto(`${portico.issuer}/settings/devices`);
  await settings.getByRole("button", { name: /sign out.*this|end.*this|this.*device/i }).first().click();
  await waitFor(async () => {
    await page.goto(site.page);
    return page.getByLabel(/password/i).isVisible();
  }, "the sign-in page");
  await context.close();
});
