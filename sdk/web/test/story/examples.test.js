import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { browser, signIn, site, town } from "./town.js";

const TAXI = "org.example.taxi";
const example = (name) => readFileSync(new URL(`../../examples/${name}.html`, import.meta.url), "utf8");
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const guide = readFileSync(new URL("../../../../docs/guides/host-developer.md", import.meta.url), "utf8");
const lines = (text) => text.split("\n").filter((line) => line.trim() !== "").length;

let chromium, shell, taxi, portico;

before(async () => {
  let secret;
  const here = (text) =>
    text
      .replaceAll("https://id.example", portico.issuer)
      .replaceAll("https://app.example", shell.origin)
      .replaceAll("https://taxi.example", taxi.origin);
  const rides = async (request) => {
    const token = request.headers.authorization.replace("Bearer ", "");
    const authorization = `Basic ${btoa(`${TAXI}:${secret}`)}`;
    const body = new URLSearchParams({ token });
    const init = { method: "POST", headers: { authorization }, body };
    const answer = await fetch(`${portico.issuer}/oauth/introspect`, init);
    return ["text/plain", (await answer.json()).active ? "Three cars are near." : "No."];
  };
  shell = await site("localhost", () => here(example("host")));
  taxi = await site("127.0.0.1", () => here(example("mini-program")), { "/api/rides": rides });
  const started = await town(shell.origin);
  portico = started.portico;
  secret = started.register(TAXI, taxi.origin, ["profile.basic"]).client_secret;
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await shell?.close();
  await taxi?.close();
  if (portico) assert.equal(await portico.stop(), 0);
});

test("the_whole_of_a_host_is_at_most_25_lines_and_of_a_mini_program_10_and_they_stand_in_the_readme_and_the_guide", () => {
  assert.ok(lines(example("host")) <= 25, `${lines(example("host"))}`);
  assert.ok(lines(example("mini-program")) <= 10, `${lines(example("mini-program"))}`);
  for (const name of ["host", "mini-program", "wechat"]) {
    assert.ok(readme.includes(`\`\`\`html\n${example(name)}\`\`\`\n`), `README.md differs from examples/${name}.html`);
  }
  assert.ok(guide.includes(`\`\`\`html\n${example("host")}\`\`\`\n`), "host-developer.md differs from examples/host.html");
});

test("a_person_signs_in_consents_opens_a_mini_program_and_signs_out_in_the_examples", async () => {
  const page = await chromium.newPage();
  await page.goto(shell.origin);
  await signIn(page);
  await page.getByRole("button", { name: "Taxi" }).click();
  await page.getByRole("button", { name: /^allow/i }).click();
  await page.frameLocator("iframe").getByText("Hello, Ana Markou. Three cars are near.").waitFor();
  assert.equal(new URL(page.url()).search, "");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Signed out: signed_out").waitFor();
  await page.close();
});

test("what_failed_on_the_way_back_is_said_and_the_examples_buttons_still_work", async () => {
  const page = await chromium.newPage();
  await page.goto(shell.origin);
  await signIn(page);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await page.goto(`${shell.origin}/?consent=expired`);
  await page.getByText("Not now: consent_expired").waitFor();
  await page.goto(`${shell.origin}/?state=x`);
  await page.getByText("Not now: state_mismatch").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Signed out: signed_out").waitFor();
  await page.getByRole("button", { name: "Taxi" }).click();
  await page.waitForURL((url) => url.origin === portico.issuer);
  await page.close();
});
