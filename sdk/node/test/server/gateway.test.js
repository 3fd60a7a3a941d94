// One back end, behind `portico serve` with its gateway and behind the middleware, by the same configuration: whatever
// is sent, both let the same bytes through or refuse it in the same words.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";

import { gateway } from "../../dist/http.js";
import { fromToml } from "../../dist/index.js";
import { CASES, ORIGIN, SECRET } from "../support/odd.js";
import { claims, freePort, house, waitFor } from "../support/house.js";

const LIVE = "org.example.live";
const SHOP = "org.example.shop";

let portico, backEnd, middleware, folder, seen;
const doors = {};
/** What the cases call by these names: tokens, and the OpenIDs of two people at both apps. */
const names = {};

const configuration = (listen, upstream, secret) => `
[gateway]
listen = "${listen}"
${["bearer", "cookie:session", "none"].map((token, at) => `
[[gateway.route]]
path = "${["/b", "/c", "/n"][at]}"
upstream = ["${upstream}"]
app = "${LIVE}"
as = "${SHOP}"
token = "${token}"
${token === "none" ? `secret_file = "${secret}"` : `
[gateway.route.inject]
headers = { "X-WX-OPENID" = "openid", "X-WX-SOURCE" = "wx_client" }
[gateway.route.self]
path = ["/b/users/{openid}"]
query = ["openid"]
form = ["openid"]
json = ["/openid"]
header = ["X-Me"]
cookie = ["me"]`}
[gateway.route.any]
query = ["friend"]
form = ["friend"]
json = ["/items/*/openid"]
[gateway.route.response]
json = ["/openid", "/items/*/openid"]
header = ["X-Buyer"]
set_cookie = ["openid"]
[gateway.route.limits]
body = "64 KiB"`).join("\n")}
[[gateway.route]]
host = "plain.example"
upstream = ["${upstream}"]
app = "${LIVE}"
as = "${SHOP}"
keep_token = true
`;

async function listening(listener) {
  const server = createServer(listener);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => (server.closeAllConnections(), server.close()) };
}

/** Keeps what it was sent, and says what `X-Say` wants, in the shop's own OpenIDs. */
async function shop(request, response) {
  const { method, url, rawHeaders } = request;
  seen = { method, url, headers: sorted(rawHeaders), body: (await buffer(request)).toString("latin1") };
  const said = JSON.parse(request.headers["x-say"] ?? '{"type":"text/plain","body":"ok"}');
  const { status = 200, type = [], size = 0, body = " ".repeat(size), ...more } = said;
  response.writeHead(status, [...[type].flat().map((one) => ["content-type", one]), ...Object.entries(more)].flat());
  response.end(body);
}

/** What concerns one connection, or says who came by it, is each one's own matter. */
const OWN = /^(host|connection|content-length|transfer-encoding|via|x-forwarded-.*|x-say)$/;

function sorted(raw) {
  const pairs = Array.from({ length: raw.length / 2 }, (_, at) => `${raw[2 * at].toLowerCase()}: ${raw[2 * at + 1]}`);
  return pairs.filter((line) => !OWN.test(line.split(":", 1)[0])).sort();
}

before(async () => {
  backEnd = await listening(shop);
  folder = mkdtempSync(join(tmpdir(), "portico-gateway-"));
  const [file, secret, port] = [join(folder, "portico.toml"), join(folder, "secret"), await freePort()];
  writeFileSync(secret, SECRET);
  const text = configuration(`127.0.0.1:${port}`, backEnd.url, secret);
  writeFileSync(file, text);
  portico = await house("--config", file);
  const apps = [LIVE, SHOP].map((app) => portico.register(app, { backend: { token_endpoint_auth_method: "client_secret_basic" } }));
  portico.cli(["agreements", "register", "-"], JSON.stringify({ from: LIVE, to: SHOP }));
  portico.cli(["agreements", "register", "-"], JSON.stringify({ from: SHOP, to: LIVE }));
  for (const name of ["alice", "bob"]) {
    const person = await portico.signIn();
    const [token, other] = [await person.open(LIVE), await person.open(SHOP)];
    Object.assign(names, { [`${name}Token`]: token, [`${name}Other`]: other, [name]: claims(token).sub, [`${name}Shop`]: claims(other).sub });
  }
  middleware = gateway({ issuer: portico.issuer, apps: apps.map((app) => ({ ...app, origins: [ORIGIN] })), ...fromToml(text) }, shop);
  doors.gateway = { url: `http://127.0.0.1:${port}`, stop: () => undefined };
  doors.middleware = await listening(middleware);
  await waitFor(() => fetch(doors.gateway.url).then(() => true, () => false), "the gateway");
});
after(async () => {
  middleware?.close();
  doors.middleware?.stop();
  backEnd?.stop();
  await portico?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

const called = (text) => text.replace(/\{(\w+)\}/g, (whole, name) => names[name] ?? whole);

/** What came of a request at one of the doors: what the shop was sent, and what was answered. */
async function through({ url }, { method = "GET", target, headers = [], body }) {
  seen = undefined;
  const { hostname, port } = new URL(url);
  const bytes = typeof body === "string" ? Buffer.from(called(body), "latin1") : body?.();
  const length = bytes ? ["Content-Length", String(bytes.length)] : [];
  const host = headers.includes("Host") ? [] : ["Host", "a.example"];
  const response = await new Promise((resolve, reject) => {
    const all = [...host, "Connection", "close", ...length, ...headers.map(called)];
    const request = send({ hostname, port, path: called(target), method, headers: all }, resolve);
    request.on("error", reject);
    request.end(bytes);
  });
  // zstd is understood by the binary alone.
  const said = (await buffer(response)).toString("latin1").replace("coding than gzip, br and zstd", "coding than gzip and br");
  const told = ["content-type", "www-authenticate", "allow", "retry-after", "vary", "etag", "set-cookie", "x-buyer"];
  const head = Object.entries(response.headers).filter(([name]) => told.includes(name) || name.startsWith("access-control-"));
  return { status: response.statusCode, seen, said, head: Object.fromEntries(head.sort()) };
}

for (const [subject, cases] of Object.entries(CASES)) {
  describe(subject, () => {
    for (const [passes, request] of cases) {
      const { method = "GET", target, headers = [], body = "" } = request;
      const shown = `${method} ${target} ${headers.join(" ").replace(/Authorization Bearer \{aliceToken\} ?/, "")} ${String(body).slice(0, 120)}`;
      test(JSON.stringify(shown).slice(1, 300), async () => {
        const [there, here] = [await through(doors.gateway, request), await through(doors.middleware, request)];
        assert.deepEqual(here, there);
        assert.equal(here.seen !== undefined, passes, JSON.stringify(here));
      });
    }
  });
}
