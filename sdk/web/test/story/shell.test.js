import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, signIn, site, town } from "./town.js";

const TAXI = "org.example.taxi";
const SHOP = "org.example.shop";

/** A shell with a home screen, which notes what is open and opens it again after a page load. */
const shellPage = (issuer, origin, entries) => `<!doctype html>
<button id="taxi">Taxi</button> <button id="shop">Shop</button> <button id="leave">Sign out</button>
<p id="words"></p> <main id="stage"></main>
<script type="module">
  import { PorticoHost } from "/sdk/host/index.js";

  const entries = ${JSON.stringify(entries)};
  const container = document.getElementById("stage");
  const say = (text) => (document.getElementById("words").textContent = text);
  const failed = ({ code }) => say("Not now: " + code);
  const host = new PorticoHost({ issuer: "${issuer}", clientId: "super-app", redirectUri: "${origin}/" });
  const note = () => (sessionStorage.opened = host.miniPrograms.map(({ appId }) => appId).join(" "));
  host.on("session_expired", ({ reason }) => say("Signed out: " + reason));
  host.setTheme("sepia");
  const open = (appId) => host.launch(appId, { entry: entries[appId], container }).then(note).catch(failed);
  document.getElementById("taxi").onclick = () => open("${TAXI}");
  document.getElementById("shop").onclick = () => open("${SHOP}");
  document.getElementById("leave").onclick = () => host.signOut().catch(failed);

  const back = await host.handleRedirect().catch(failed);
  if (await host.restore()) {
    const opened = (sessionStorage.opened ?? "").split(" ");
    for (const appId of new Set([...opened, back?.launch?.appId]))
      if (entries[appId]) {
        const launch = back?.launch?.appId === appId ? back.launch : { appId, entry: entries[appId] };
        await host.resume(launch, { container }).then(note, failed);
      }
    say(back?.kind === "consent" ? "Back from consent." : "Home.");
  } else await host.signIn();
</script>`;

/** A mini-program that greets, and has a button for the phone number. */
const miniPage = (origin, name) => `<!doctype html>
<title>${name}</title> <p id="words"></p> <button id="phone">My phone</button>
<script type="module">
  import { connect } from "/sdk/mini-program/index.js";

  const say = (text) => (document.getElementById("words").textContent = text);
  const portico = await connect({ hostOrigins: ["${origin}"] });
  const show = async () => {
    const { name } = await portico.profile();
    await portico.login();
    say("${name} for " + name + " in " + portico.theme + (portico.scope.includes("phone.verified") ? ", may call" : ""));
  };
  portico.onLaunch(show);
  portico.onSessionExpired((reason) => say("${name} is over: " + reason));
  document.getElementById("phone").onclick = () => portico.requestPermission("phone.verified").then(show);
  await show();
</script>`;

let chromium, shell, taxi, shop, house;

before(async () => {
  const entries = () => ({ [TAXI]: `${taxi.origin}/#/home`, [SHOP]: `${shop.origin}/` });
  shell = await site("localhost", () => shellPage(house.portico.issuer, shell.origin, entries()));
  taxi = await site("127.0.0.1", () => miniPage(shell.origin, "Taxi"));
  shop = await site("127.0.0.1", () => miniPage(shell.origin, "Shop"));
  house = await town(shell.origin);
  house.register(TAXI, taxi.origin, ["profile.basic"], ["phone.verified"]);
  house.register(SHOP, shop.origin, ["profile.basic"]);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  for (const each of [shell, taxi, shop]) await each?.close();
  if (house) assert.equal(await house.portico.stop(), 0);
});

test("a_shell_opens_two_mini_programs_again_after_a_page_load_and_after_a_consent_and_both_hear_of_the_end", async () => {
  const page = await chromium.newPage();
  const problems = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  const frame = (n) => page.frameLocator("iframe").nth(n);
  const says = (n, text) => frame(n).getByText(text, { exact: true }).waitFor();
  const allow = () => page.getByRole("button", { name: /^allow/i }).click();

  await page.goto(shell.origin);
  await signIn(page);
  await page.getByText("Home.").waitFor();

  // Each is asked about once; the page goes and comes back. The phone number stays unticked for now.
  await page.getByRole("button", { name: "Shop" }).click();
  await allow();
  await says(0, "Shop for Ana Markou in sepia");
  await page.getByText("Back from consent.").waitFor();
  await page.getByRole("button", { name: "Taxi" }).click();
  await allow();
  await says(0, "Shop for Ana Markou in sepia");
  await says(1, "Taxi for Ana Markou in sepia");

  await page.reload();
  await page.getByText("Home.").waitFor();
  await says(0, "Shop for Ana Markou in sepia");
  await says(1, "Taxi for Ana Markou in sepia");

  await frame(1).getByRole("button", { name: "My phone" }).click();
  await page.getByRole("switch").check();
  await allow();
  await page.getByText("Back from consent.").waitFor();
  await says(0, "Shop for Ana Markou in sepia");
  await says(1, "Taxi for Ana Markou in sepia, may call");
  assert.equal(new URL(page.url()).search, "");

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Signed out: signed_out").waitFor();
  await says(0, "Shop is over: signed_out");
  await says(1, "Taxi is over: signed_out");
  assert.deepEqual(problems, []);
  await page.close();
});
