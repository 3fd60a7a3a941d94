import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, site, town } from "./town.js";

const TAXI = "org.example.taxi";

const shellPage = (issuer, origin) => `<!doctype html>
<main id="stage"></main>
<script type="module">
  import { PorticoHost } from "/sdk/host/index.js";
  import { decide, read } from "/sdk/consent/index.js";

  window.asked = [];
  window.host = new PorticoHost({
    issuer: "${issuer}",
    clientId: "super-app",
    redirectUri: "${origin}/",
    onConsentRequired: async ({ appId, scope, request }) => {
      asked.push({ appId, scope, page: await read(host, request) });
      await decide(host, request, { granted: ["profile.basic"], refused: ["phone.verified"] });
    },
  });
</script>`;

const miniPage = (origin) => `<!doctype html>
<script type="module">
  import { connect } from "/sdk/mini-program/index.js";

  const portico = await connect({ hostOrigins: ["${origin}"] });
  document.title = portico.scope;
</script>`;

let chromium, shell, taxi, house;

before(async () => {
  shell = await site("localhost", () => shellPage(house.portico.issuer, shell.origin));
  taxi = await site("127.0.0.1", () => miniPage(shell.origin));
  house = await town(shell.origin);
  house.register(TAXI, taxi.origin, ["profile.basic"], ["phone.verified"]);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await shell?.close();
  await taxi?.close();
  if (house) assert.equal(await house.portico.stop(), 0);
});

/** What kind of thing is where in an answer, as `ConsentQuestion` says it. */
function kinds(value) {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(kinds);
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, kinds(each)]));
}

test("a_host_that_signs_people_in_and_asks_them_itself_launches_with_what_they_said", async () => {
  const page = await chromium.newPage();
  await page.goto(shell.origin);
  await page.waitForFunction(() => window.host);
  const answer = await house.assert("customer-7");
  const scope = await page.evaluate(
    async ([given, id, entry]) => {
      await host.adopt(given);
      return (await host.launch(id, { entry, container: window.stage })).scope;
    },
    [answer, TAXI, `${taxi.origin}/`],
  );
  assert.equal(scope, "openid profile.basic");
  const [asked, ...more] = await page.evaluate(() => asked);
  assert.deepEqual(more, []);
  assert.deepEqual([asked.appId, asked.scope.split(" ").sort()], [TAXI, ["phone.verified", "profile.basic"]]);
  assert.match(JSON.stringify(asked.page), /so that we can use profile\.basic/);
  const permission = {
    scope: "string",
    title: "string",
    description: "string",
    reason: "string",
    required: "boolean",
    sensitive: "boolean",
    decision: null,
  };
  assert.deepEqual(kinds(asked.page), {
    consent_request: "string",
    scope: "string",
    app: { app_id: "string", name: "string", icons: [{ src: "string", sizes: "string" }], developer: "string" },
    permissions: [permission, permission],
    preauthorised: "string",
    expires_at: "number",
  });
  await page.waitForFunction(() => host.miniPrograms[0].connected);
  const inside = page.frames().at(-1);
  await inside.waitForFunction(() => document.title !== "");
  assert.equal(await inside.title(), "openid profile.basic");
});
