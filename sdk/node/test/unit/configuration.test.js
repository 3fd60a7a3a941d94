import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { read } from "../../dist/configuration/read.js";
import { ConfigurationError, fromToml } from "../../dist/index.js";

const APPS = [
  { app_id: "org.example.live", client_secret: "s" },
  { app_id: "org.example.shop", wx_app_id: "wx0123456789abcdef" },
];
const ROUTE = { app: "org.example.live", as: "org.example.shop" };
const whole = (route, more) => ({ issuer: "https://id.example", apps: APPS, route: { ...ROUTE, ...route }, ...more });
const route = (keys) => read(whole(keys)).routes[0];
const refused = (configuration, key, words) =>
  assert.throws(() => read(configuration), (error) => {
    assert.ok(error instanceof ConfigurationError, `${error.stack}`);
    assert.equal(error.key, key);
    assert.match(error.message, words);
    assert.ok(!error.message.includes("\n"));
    return true;
  });

test("what is left out is as it is for the gateway", () => {
  const { token, require, unknown, bodyLimit, keepToken, inject } = route({});
  assert.deepEqual(
    { token, require, unknown, bodyLimit, keepToken, inject },
    { token: { kind: "bearer" }, require: ["openid"], unknown: "refuse", bodyLimit: 1 << 20, keepToken: false, inject: [] },
  );
});

test("a path is what lies under it, with a slash at its end or not", () => {
  assert.deepEqual(["/api", "/api/", "/", "/a/b/"].map((path) => route({ path }).path), ["/api", "/api", undefined, "/a/b"]);
});

test("the file in the guide is read as it is, and so is the part of the server's", () => {
  const guide = readFileSync(new URL("../../../../docs/guides/gateway-configuration.md", import.meta.url), "utf8");
  const text = /^```toml\n(.*?)^```$/ms.exec(guide)[1];
  const { routes } = read({ issuer: "https://id.example", apps: APPS, ...fromToml(text) });
  assert.equal(routes[0].host, "shop.example");
  assert.deepEqual(routes[0].inject.map(({ says }) => says.kind), ["openId", "text", "text"]);
  const inside = text.replace(/^/, "[gateway]\n").replaceAll("[[route]]", "[[gateway.route]]").replaceAll("[route.", "[gateway.route.");
  const seen = (routes) => JSON.stringify(routes);
  assert.equal(seen(read({ issuer: "https://id.example", apps: APPS, ...fromToml(inside) }).routes), seen(routes));
});

test("what cannot be done here is refused, with what can be done instead", () => {
  refused(whole({ encrypted: { json: [] } }), "route[0].encrypted", /never leave Portico.*portico gateway/);
  refused(whole({ unknown: "pass" }), "route[0].unknown", /refuse.*empty.*portico gateway/);
  refused(whole({ token: "none", certificates: ["a"] }), "route[0].certificates", /secret_file/);
  refused(whole({ inject: { headers: { "X-WX-UNIONID": "unionid" } } }), "route[0].inject.headers.X-WX-UNIONID", /portico gateway/);
  refused(whole({ as: "org.example.live", any: { json: ["/a"] } }), "route[0].any", /nothing to swap/);
});

test("a mistake is named by its key, and an unknown key by the nearest one", () => {
  refused(whole({ requires: [] }), "route[0].requires", /did you mean `require`/);
  refused(whole({ self: { jsn: [] } }), "route[0].self.jsn", /did you mean `json`/);
  refused(whole({}, { isuer: 1 }), "isuer", /did you mean `issuer`/);
  refused(whole({}, { validate: "never" }), "validate", /`feed` or `introspection`/);
  refused(whole({ self: { json: ["/a", "b"] } }), "route[0].self.json[1]", /JSON Pointer/);
  refused(whole({ self: { json: [""] } }), "route[0].self.json", /list of texts/);
  refused(whole({ self: { json: ["/a"] }, any: { json: ["/a/b"] } }), "route[0].json", /within another/);
  refused(whole({ any: { path: ["/users"] } }), "route[0].any.path[0]", /\{openid\}/);
  refused(whole({ limits: { body: "1 MB!" } }), "route[0].limits.body", /size such as/);
  refused(whole({ limits: { idle: "long" } }), "route[0].limits.idle", /time such as/);
  refused(whole({ require: ["a b"] }), "route[0].require", /no scope/);
  refused(whole({ require: "openid" }), "route[0].require", /list/);
  refused(whole({ token: "header" }), "route[0].token", /bearer/);
  refused(whole({ token: "cookie:session" }), "route[0].token", /origins/);
  for (const path of ["api", "/a//b", "/a/../b", "/a%20b", "/{openid}"]) refused(whole({ path }), "route[0].path", /path such as/);
  refused(whole({ app: "org.example.shop" }), "route[0].app", /client_secret/);
  refused(whole({ as: "org.example.other", inject: { headers: { "X-WX-APPID": "app" } } }), "route[0].inject.headers.X-WX-APPID", /wx_app_id/);
  refused(whole({ inject: { headers: { "X Y": "openid" } } }), "route[0].inject.headers.X Y", /no name/);
  refused({ ...whole({}), route: [] }, "route", /missing/);
  refused(whole({}, { issuer: "id.example" }), "issuer", /URL/);
  refused(whole({}, { apps: [...APPS, APPS[0]] }), "apps[2].app_id", /twice/);
  refused(whole({}, { timeout: "soon" }), "timeout", /time such as/);
  assert.throws(() => fromToml("a = "), ConfigurationError);
  assert.throws(() => fromToml('listen = "x"'), ConfigurationError);
});

test("a route for back ends needs their secret, and knows no caller", () => {
  const folder = mkdtempSync(join(tmpdir(), "portico-node-"));
  const secret_file = join(folder, "secret");
  const none = { token: "none", any: { json: ["/a"] }, secret_file };
  refused(whole({ token: "none", any: none.any }), "route[0].token", /secret_file/);
  refused(whole(none), "route[0].secret_file", /ENOENT/);
  writeFileSync(secret_file, "short\n");
  refused(whole(none), "route[0].secret_file", /32 visible/);
  writeFileSync(secret_file, `${"x".repeat(32)}\n`);
  assert.deepEqual(route(none).token, { kind: "none", secret: "x".repeat(32) });
  refused(whole({ ...none, self: { json: ["/b"] } }), "route[0].self", /no caller/);
  refused(whole({ ...none, any: {} }), "route[0].any", /all that/);
  refused(whole({ ...none, require: ["openid"] }), "route[0].require", /no scopes/);
  refused(whole({ ...none, inject: { headers: { "X-A": "openid" } } }), "route[0].inject.headers.X-A", /no caller/);
  refused(whole({ secret_file }), "route[0].secret_file", /none/);
  rmSync(folder, { recursive: true });
});
