import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { chromium } from "playwright-core";
import { portico, site } from "./servers.js";

const TOKENS = "portico.super-app.tokens";
let browser, context, served, host;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  served = await portico();
  host = await site("localhost", "host.html", () => ({ issuer: served.fake.issuer }));
});

after(async () => {
  await browser?.close();
  await host?.close();
  await served?.close();
});

beforeEach(async () => {
  context = await browser.newContext();
  context.setDefaultTimeout(10_000);
});

afterEach(() => context.close());

/** A tab whose host keeps its tokens for all tabs; the answer is who is signed in after `begin`. */
async function tab(begin, ...args) {
  const page = await context.newPage();
  await page.goto(host.origin);
  await page.locator("body[data-state]").waitFor({ state: "attached" });
  await page.evaluate(async () => {
    const { PorticoHost } = await import("/sdk/host/index.js");
    const { issuer } = await (await fetch("/config.json")).json();
    const redirectUri = `${location.origin}/`;
    window.shell = new PorticoHost({ issuer, clientId: "super-app", redirectUri, storage: localStorage });
  });
  await page.evaluate(begin, ...args);
  return page;
}
const adopt = (tokens) => window.shell.adopt(tokens);
const restore = () => window.shell.restore();
const who = (page) => page.evaluate(() => window.shell.session?.sub ?? null);
const kept = (page) => page.evaluate((key) => JSON.parse(localStorage.getItem(key)), TOKENS);

/** Portico refuses the first `times` tokens that are brought, so that they are renewed; and tells no events. */
function refuse(times) {
  served.fake.instead = (request) => {
    if (request.url.endsWith("/v1/events")) return new Response(null, { status: 503 });
    return request.url.endsWith("/v1/me") ? Response.json({}, { status: times-- > 0 ? 401 : 200 }) : undefined;
  };
}
const ask = (page) => page.evaluate(() => window.shell.fetch("/v1/me").then(({ status }) => status));
const refreshes = () => served.fake.count("/oauth/token", { grant_type: "refresh_token" });

test("who_signed_in_last_is_found_whatever_becomes_of_the_person_in_another_tab", async () => {
  const { fake } = served;
  // It knows one session at a time, and hers would be refused while his is the one.
  refuse(0);
  fake.person = "ana";
  const ana = await tab(adopt, fake.signIn("super-app"));
  const hers = fake.session;
  fake.person = "bob";
  const bob = await tab(adopt, fake.signIn("super-app"));
  const his = fake.session;
  fake.session = hers;
  refuse(1);
  assert.equal(await ask(ana), 200);
  assert.equal(refreshes(), 1);
  assert.equal((await kept(bob)).session.sub, "host-bob");
  await ana.evaluate(() => window.shell.signOut());
  fake.session = his;
  assert.equal((await kept(bob)).session.sub, "host-bob");
  assert.equal(await who(bob), "host-bob");
  assert.equal(await who(await tab(restore)), "host-bob");
});

test("tabs_of_one_session_renew_at_the_same_moment_and_all_go_on", async () => {
  const { fake } = served;
  fake.requests = [];
  const first = await tab(adopt, fake.signIn("super-app"));
  const tabs = [first, await tab(restore), await tab(restore)];
  for (let round = 0; round < 3; round += 1) {
    refuse(tabs.length);
    assert.deepEqual(await Promise.all(tabs.map(ask)), [200, 200, 200]);
    for (const page of tabs) assert.equal(await who(page), "host-bob");
  }
  assert.ok(refreshes() >= 3, `${refreshes()} renewals`);
  assert.equal((await kept(first)).refresh_token, fake.session.refresh);
});
