import { build } from "esbuild";
import { browser, site, town } from "./town.js";

const FIFTY = 50;
const appId = (n) => `org.example.app${n}`;

/** An entry point as a page would load it: one minified file. */
async function bundled(entry) {
  const path = new URL(`../../dist/${entry}/index.js`, import.meta.url).pathname;
  const { outputFiles } = await build({ entryPoints: [path], bundle: true, minify: true, format: "esm", write: false });
  return outputFiles[0].text;
}

const shellPage = (issuer, origin) => `<!doctype html>
<main id="stage"></main>
<script type="module">
  import { PorticoHost } from "/sdk.js";

  const host = new PorticoHost({ issuer: "${issuer}", clientId: "super-app", redirectUri: "${origin}/" });
  const now = () => performance.timeOrigin + performance.now();
  const frames = [];
  const heard = [];
  addEventListener("message", ({ data }) => data.ended && heard.push(data.ended));
  host.on("online", (online) => (window.online = online));
  window.open50 = async (answer, entries) => {
    await host.adopt(answer);
    for (const miniProgram of host.miniPrograms) miniProgram.close();
    stage.replaceChildren();
    heard.length = 0;
    await Promise.all(entries.map(([id, entry]) => host.launch(id, { entry, container: stage })));
  };
  window.launched = () => host.miniPrograms.filter(({ connected }) => connected).length;
  window.heardAll = () => heard.length;
  window.last = () => Math.max(...heard);
  window.signOut = async () => {
    const from = now();
    await host.signOut();
    return from;
  };
  window.ready = true;
</script>`;

const miniPage = (origin) => `<!doctype html>
<script type="module">
  import { connect } from "/sdk.js";

  const portico = await connect({ hostOrigins: ["${origin}"] });
  portico.onSessionExpired(() =>
    parent.postMessage({ ended: performance.timeOrigin + performance.now() }, "${origin}"));
</script>`;

/** Fifty mini-programs, each of an origin of its own, in one shell in a real browser, with the real server. */
export async function fifty() {
  const script = async (entry) => {
    const text = await bundled(entry);
    return { "/sdk.js": async () => ["text/javascript", text] };
  };
  let issuer;
  const shell = await site("localhost", () => shellPage(issuer, shell.origin), await script("host"));
  const api = await script("mini-program");
  const mini = () => site("127.0.0.1", () => miniPage(shell.origin), api);
  const minis = await Promise.all(Array.from({ length: FIFTY }, mini));
  const { portico, register, assert } = await town(shell.origin);
  issuer = portico.issuer;
  minis.forEach(({ origin }, n) => register(appId(n), origin, []));
  const entries = minis.map(({ origin }, n) => [appId(n), `${origin}/`]);
  const chromium = await browser();
  const page = await chromium.newPage();
  await page.goto(shell.origin);
  await page.waitForFunction(() => window.ready);

  let token;
  const open = async () => {
    const answer = await assert("customer-1");
    token = answer.refresh_token;
    await page.evaluate(([given, all]) => window.open50(given, all), [answer, entries]);
    await page.waitForFunction((n) => window.launched() === n && window.online, FIFTY);
    // Open, and not still loading: the shell's thread and the one that the fifty share have nothing left to do.
    for (const frame of [page.mainFrame(), page.frames().at(-1)])
      await frame.evaluate(() => new Promise((idle) => requestIdleCallback(idle, { timeout: 1_000 })));
  };
  const last = async () => {
    await page.waitForFunction((n) => window.heardAll() === n, FIFTY);
    return page.evaluate(() => window.last());
  };

  return {
    /** Signs somebody in, and opens all fifty. */
    open,
    /** Milliseconds from the person's sign-out here to the last of the fifty that hears of it. */
    async signOutHere() {
      const from = await page.evaluate(() => window.signOut());
      return (await last()) - from;
    },
    /** The same where they sign out elsewhere, and the server tells this page. */
    async signOutElsewhere() {
      const from = performance.timeOrigin + performance.now();
      const body = new URLSearchParams({ client_id: "super-app", token });
      const { status } = await fetch(`${issuer}/oauth/revoke`, { method: "POST", body });
      if (status !== 200) throw new Error(`revoke answered ${status}`);
      return (await last()) - from;
    },
    async close() {
      await chromium.close();
      for (const each of [shell, ...minis]) await each.close();
      return portico.stop();
    },
  };
}
