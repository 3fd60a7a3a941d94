// The two pages in the guides, as they stand there but for the addresses, in Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { launch } from "../support/browser.mjs";
import { manifest, serve } from "../support/portico.mjs";

const PASSWORD = "correct horse battery staple";
const root = new URL("../../", import.meta.url);

/** The first HTML page in a guide. */
function page(guide) {
  const text = readFileSync(new URL(`docs/guides/${guide}.md`, root), "utf8");
  return /^```html\n(.*?)^```$/ms.exec(text)[1];
}

/** A site with this page, the web SDK, and the back end's one route. */
function site(html, api = () => "") {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    if (pathname.startsWith("/sdk/")) {
      response.setHeader("content-type", "text/javascript");
      response.end(readFileSync(new URL(`sdk/web/dist/${pathname.slice(5)}`, root)));
    } else if (pathname.startsWith("/api/")) {
      response.end(await api(request));
    } else {
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html>${html()}`);
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

let portico, hostSite, taxiSite, browser, secret;

before(async () => {
  portico = await serve();
  const origins = {};
  const here = (html) => html
    .replaceAll("https://id.example", portico.issuer)
    .replaceAll("https://app.example", origins.host)
    .replaceAll("https://taxi.example", origins.taxi);
  const isGood = async (request) => {
    const body = new URLSearchParams({ token: request.headers.authorization.replace("Bearer ", "") });
    const authorization = `Basic ${btoa(`org.example.taxi:${secret}`)}`;
    const answer = await fetch(`${portico.issuer}/oauth/introspect`, { method: "POST", headers: { authorization }, body });
    return (await answer.json()).active ? "Three cars are near." : "No.";
  };
  hostSite = await site(() => here(page("host-developer")));
  taxiSite = await site(() => here(page("mini-program-developer")), isGood);
  origins.host = `http://localhost:${hostSite.address().port}`;
  origins.taxi = `http://127.0.0.1:${taxiSite.address().port}`;
  portico.register("developers", { developer_id: "acme", name: "Acme" });
  portico.register("hosts", {
    host_id: "super-app", name: "Super App", redirect_uris: [`${origins.host}/`], origins: [origins.host],
    token_endpoint_auth_method: "none",
  });
  secret = portico.register("apps", manifest("org.example.taxi", "webview", ["profile.basic"], {
    entry: `${origins.taxi}/`, origins: [origins.taxi],
  })).client_secret;
  portico.createPerson("Ana Markou", "ana", PASSWORD);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  for (const server of [hostSite, taxiSite]) {
    server?.closeAllConnections();
    server?.close();
  }
  if (portico) assert.equal(await portico.stop(), 0);
});

test("a host takes at most 25 lines and a mini-program at most 10", () => {
  const lines = (guide) => page(guide).split("\n").filter((line) => line.trim() !== "").length;
  assert.ok(lines("host-developer") <= 25, `${lines("host-developer")}`);
  assert.ok(lines("mini-program-developer") <= 10, `${lines("mini-program-developer")}`);
});

test("the pages in the guides sign in, ask, launch, greet and sign out", async () => {
  const shell = await browser.newPage();
  await shell.goto(`http://localhost:${hostSite.address().port}/`);
  await shell.getByLabel(/user/i).fill("ana");
  await shell.getByLabel(/password/i).fill(PASSWORD);
  await shell.getByRole("button", { name: "Sign in" }).click();
  // The page's module has still to take the tokens before its buttons do what they say.
  await shell.waitForFunction(() => sessionStorage["portico.super-app.tokens"]);
  await shell.getByRole("button", { name: "Taxi" }).click();
  await shell.getByRole("button", { name: /^allow/i }).click();
  const taxi = shell.frameLocator("iframe");
  await taxi.getByText("Hello, Ana Markou. Three cars are near.").waitFor();
  await shell.getByRole("button", { name: "Sign out" }).click();
  await shell.getByText("Signed out: signed_out").waitFor();
});
