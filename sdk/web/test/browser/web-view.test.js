import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { portico, site } from "./servers.js";

const TAXI = "org.example.taxi";

let browser, context, shell, view, fake, closers, host, taxi, stranger;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  const served = await portico();
  fake = served.fake;
  host = await site("localhost", "host.html", () => ({ issuer: fake.issuer }));
  taxi = await site("127.0.0.1", "in-web-view.html", () => ({}));
  stranger = await site("127.0.0.1", "in-web-view.html", () => ({}));
  closers = [served, host, taxi, stranger];
});

after(async () => {
  await browser?.close();
  for (const server of closers ?? []) await server.close();
});

beforeEach(async () => {
  fake.session = null;
  fake.app(TAXI, "openid profile.basic");
  context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  shell = await context.newPage();
  view = await webView();
  await shell.goto(host.origin);
  await state(shell, "out");
  await shell.evaluate(() => void window.host.signIn());
  await state(shell, "in");
  await shell.evaluate(() => {
    const documents = new Map();
    window.webView = { load: (url) => void nativeLoad(url), onmessage: null };
    window.fromView = (data, origin, id) => {
      if (!documents.has(id)) documents.set(id, { postMessage: (text) => void nativeSay(id, text) });
      webView.onmessage?.({ data, origin, source: documents.get(id) });
    };
  });
});

afterEach(() => context.close());

const state = (where, value) => where.locator(`body[data-state="${value}"]`).waitFor({ state: "attached" });

/**
 * The app around the shell, and its WebView: a page of a context of its own, with the object that
 * `addWebMessageListener` makes in it. Only the main frame is heard; which origins are trusted is left to the shell.
 */
async function webView() {
  const page = await (await browser.newContext()).newPage();
  const heard = [];
  let id = 0;
  page.on("framenavigated", (frame) => {
    if (frame === page.mainFrame()) id += 1;
  });
  await page.exposeBinding("nativePost", async ({ frame }, text) => {
    if (frame !== page.mainFrame()) return;
    const { origin } = new URL(frame.url());
    heard.push({ origin, text });
    await shell.evaluate(([data, from, document]) => window.fromView(data, from, document), [text, origin, id]);
  });
  await page.addInitScript(() => {
    const value = { postMessage: (text) => void nativePost(text), onmessage: null };
    if (window === top) Object.defineProperty(window, "portico", { value });
  });
  await shell.exposeFunction("nativeLoad", (url) => void page.goto(url));
  await shell.exposeFunction("nativeSay", async (document, text) => {
    if (document !== id) return;
    await page.evaluate(
      ([data, origin]) => {
        if (location.origin === origin) window.portico.onmessage?.({ data });
      },
      [text, new URL(page.url()).origin],
    );
  });
  return { page, heard };
}

const launch = () =>
  shell.evaluate(
    ([id, entry]) => window.host.launch(id, { entry, webView: window.webView }).then(() => undefined),
    [TAXI, `${taxi.origin}/`],
  );

test("a_mini_program_in_a_web_view_is_launched_asks_and_hears_of_the_end", async () => {
  await launch();
  await state(view.page, "launched");
  assert.deepEqual(await view.page.evaluate(() => mini.profile()), { sub: `${TAXI}-alice`, name: "alice" });
  assert.match(await view.page.evaluate(() => mini.login()), /^login-code-/);
  await shell.evaluate(() => window.host.setTheme("dark"));
  await view.page.locator('body[data-theme="dark"]').waitFor({ state: "attached" });
  await shell.evaluate(() => window.host.signOut());
  await view.page.waitForFunction(() => mini.expired);
  assert.equal(await view.page.evaluate(() => mini.token().catch(({ name }) => name)), "SessionExpired");
});

test("a_page_of_another_origin_in_the_web_view_gets_nothing_and_the_next_of_its_own_is_launched_anew", async () => {
  await launch();
  await state(view.page, "launched");
  await view.page.goto(`${stranger.origin}/`);
  await view.page.waitForFunction(() => window.portico.onmessage !== null);
  await view.page.evaluate(() => {
    window.got = [];
    const { onmessage } = window.portico;
    window.portico.onmessage = (event) => {
      got.push(event.data);
      onmessage(event);
    };
    window.portico.postMessage('{"portico":1,"type":"ready"}');
    window.portico.postMessage('{"portico":1,"type":"renew","id":"1"}');
  });
  const said = () => view.heard.filter(({ origin }) => origin === stranger.origin).length;
  while (said() < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  await shell.evaluate(() => window.host.setTheme("dark"));
  await shell.evaluate(() => window.host.fetch("/v1/me").catch(() => {})); // a whole round trip
  assert.deepEqual(await view.page.evaluate(() => got), []);
  await view.page.goto(`${taxi.origin}/`);
  await state(view.page, "launched");
  assert.equal(await view.page.evaluate(() => mini.theme), "dark");
});

test("a_frame_inside_the_web_views_page_finds_no_app", async () => {
  await launch();
  await state(view.page, "launched");
  await view.page.evaluate(() => {
    const element = document.createElement("iframe");
    element.src = "/nested";
    document.body.append(element);
  });
  const nested = view.page.frameLocator("iframe");
  await nested.locator('body[data-state="no_host"]').waitFor({ state: "attached" });
});
