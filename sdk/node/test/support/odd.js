// Odd requests to the gateway, whichever it is. `{alice}`, `{bobToken}` and their like stand for what a test finds out.

import { gzipSync } from "node:zlib";

/** The origin of the app's own pages. */
export const ORIGIN = "http://127.0.0.1:9050";
/** What other back ends bring. */
export const SECRET = "0123456789abcdef0123456789abcdef";

const BEARER = ["Authorization", "Bearer {aliceToken}"];
const COOKIE = ["Cookie", "a=1; session={aliceToken}; b=2"];
const b = (target, ...headers) => ({ target: `/b${target}`, headers: [...BEARER, ...headers] });
const post = (type, body, ...more) => ({ ...b("/x", ...(type === undefined ? [] : ["Content-Type", type]), ...more), method: "POST", body });
const parts = (...all) => `${all.map(([head, value]) => `--b\r\n${head}\r\n\r\n${value}\r\n`).join("")}--b--\r\n`;
const named = (name) => `Content-Disposition: form-data; name="${name}"`;
const form = (type, ...all) => post(type, parts(...all));
const say = (answer) => b("/x", "X-Say", JSON.stringify(answer));
const OWN_ID = "openid={alice}";

const JSON_BODIES = [
  [true, '\ufeff{"openid":"{alice}"}'], [true, '{"openid":"{alice}","openid":"{alice}","open\\u0069d":"{alice}"}'], [false, '{"OPENID":"{bob}"}'],
  [false, '{"open\\u0069d":"{bob}"}'], [true, '{"a":{"openid":"{bob}"}}'], [true, "[1, 2]"], [false, '{"openid":"\\ud800"}'], [false, '{"openid":"\xff"}'],
  [false, '{"openid":{}}'], [false, '{"openid":true}'], [true, '{"items":{"a":{"openid":"{bob}"},"b":{"openid":null}}}'], [true, '{"items":[{"openid":""}]}'],
  [false, '{"items":[{"openid":"{bobShop}"}]}'], [false, '{"openid":"{aliceShop}"}'], [false, "{'openid':1}"], [false, '{"a":01}'], [false, '{"a":1,}'], [false, '{"a":1}{"b":2}'],
  [true, `${"[".repeat(100)}1${"]".repeat(100)}`], [false, "{\"a\":\"\t\"}"], [false, "\f{}"], [true, ' \r\n{"a":"\\/", "b":-0.0E+1, "c":9007199254740993}\t'],
].map(([passes, body]) => [passes, post("application/json", Buffer.from(body).toString(body.includes("\xff") ? "utf8" : "latin1"))]);

/** Requests by what they are about, each with whether it reaches the shop. */
export const CASES = {
  "credentials": [
    [true, b("/x")], [true, { target: "/b", headers: ["authorization", "bearer   {aliceToken}"] }],
    ...[[], ["Authorization", "Basic eDp5"], ["Authorization", "Bearer"], ["Authorization", "Bearer x"], ["Authorization", "Bearer a b"],
      ["Authorization", "Bearer {aliceOther}"], ["Authorization", "Bearer\t{aliceToken}"], ["Authorization", "Bearer é"],
      [...BEARER, "Authorization", "Bearer x"], [...BEARER, ...BEARER], ["Cookie", "session={aliceToken}"]]
      .map((headers) => [false, { target: "/b/x", headers }]),
    [true, { target: "/c", headers: COOKIE }], [true, { target: "/c", headers: ["Cookie", 'session = ""{aliceToken}"" '] }],
    [true, { target: "/c", method: "POST", headers: [...COOKIE, "Origin", ORIGIN], body: "" }],
    [false, { target: "/c", method: "POST", headers: [...COOKIE, "Origin", "https://evil.example"] }],
    [false, { target: "/c", method: "DELETE", headers: COOKIE }], [false, { target: "/c", headers: [...COOKIE, ...COOKIE] }],
    ...["Session={aliceToken}", "session=", "session", "%73ession={aliceToken}", "session=x", "session={aliceToken}é"]
      .map((cookie) => [false, { target: "/c", headers: ["Cookie", cookie] }]),
    [true, { target: "/c", headers: ["Cookie", "a=é; session={aliceToken}"] }],
    [true, { target: "/n/x?friend={bob}", headers: ["X-Portico-Secret", SECRET] }],
    [false, { target: "/n/x" }], [false, { target: "/n/x", headers: ["X-Portico-Secret", "wrong"] }],
    [false, { target: "/n/x", headers: ["X-Portico-Secret", SECRET, "X-Portico-Secret", SECRET] }],
  ],
  "tokens where they do not belong": [
    [true, b("/x", "Cookie", "a=1; t={aliceToken}; b=2", "X-T", "{aliceToken}", "X-T", "1", "Referer", "http://a/?t={aliceToken}")],
    [true, b("/x", "Cookie", 't="{bobToken}"; u={aliceOther}; v=eyJ.x.y')],
    [true, { target: "/c", headers: [...COOKIE, "Authorization", "Bearer {bobToken}"] }],
    [true, { target: "/n/x", headers: ["X-Portico-Secret", SECRET, "Authorization", "Bearer {aliceToken}", "Cookie", "a={bobOther}; b=1"] }],
    [true, { target: "/x?t={aliceToken}", headers: ["Host", "plain.example", ...BEARER, "X-T", "{aliceToken}"] }],
    [false, b("/x?t={aliceToken}")], [false, b("/{aliceToken}")], [false, b("/x", "Cookie", "a=eyJ.x.y;".repeat(9))],
    [false, post("application/json", '{"t":"{aliceToken}"}')], [false, post("application/x-www-form-urlencoded", "t={aliceToken}")],
    [true, post("application/json", '{"t":"{bobToken}"}')],
  ],
  "identity headers": [
    [true, b("/x", "X-WX-OPENID", "evil", "x_wx_unionid", "evil", "X-Wx-Cloud", "evil", "X-Portico-Secret", "evil")],
    [true, b("/x", "X-Me", "{alice}", "Cookie", "me={alice}")], [false, b("/x", "X-Me", "{bob}")], [false, b("/x", "Cookie", "me={bob}")],
  ],
  "hosts, paths and methods": [
    [false, { target: "/" }], [false, { target: "/bb", headers: BEARER }], [true, { target: "/%62/x", headers: BEARER }], [true, { target: "/B/", headers: BEARER }],
    ...["//b", "/b/../b", "/b/%2e%2e", "/b;x", "/b/x%2fy", "/b/x%5cy", "/b//x"].map((target) => [false, { target, headers: BEARER }]),
    [true, b("/users/{alice}/orders")], [false, b("/users/{bob}")], [false, b("/users/x")],
    [true, { target: "/a", headers: ["Host", "Plain.Example.:80", ...BEARER] }], [false, { target: "/a", headers: ["Host", "plain.example:123456", ...BEARER] }],
    [false, { target: "/b", headers: ["Host", "a b", ...BEARER] }], [false, { target: "/b", headers: ["Host", "u@a", ...BEARER] }],
    [false, { ...b("/x"), method: "TRACE" }], [true, { ...b("/x"), method: "PROPFIND", body: "" }], [true, { ...b("/x"), method: "HEAD" }],
  ],
  "places in the head": [
    [true, b("/USERS/{alice}?openid={alice}&%6fpenid={alice}")], [true, b("/users/")], [false, b("/x?openid=%")], [true, b("/x?a=%ff%00")],
    [false, b("/x", "X-Me", "")], [true, b("/x", "X-Me", "{alice}", "x_me", "{alice}")], [true, b("/x", "Cookie", 'ME="{alice}"')], [false, b("/x", "Cookie", "ME={alice}; me")],
  ],
  "scripts": [
    ...["POST", "PURGE"].map((method) => [false, { target: "/b/x", method: "OPTIONS", headers: ["Origin", ORIGIN, "Access-Control-Request-Method", method] }]),
    [false, { target: "/c", method: "OPTIONS", headers: ["Origin", ORIGIN, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "x-me"] }],
    [false, { target: "/b", method: "OPTIONS", headers: ["Origin", "https://evil.example", "Access-Control-Request-Method", "GET"] }],
    [false, { target: "/nowhere", method: "OPTIONS", headers: ["Origin", ORIGIN, "Access-Control-Request-Method", "GET"] }],
    [false, { target: "/b", method: "OPTIONS", headers: ["Access-Control-Request-Method", "GET"] }], [true, { ...b("/x", "Origin", ORIGIN), method: "OPTIONS" }],
    [true, b("/x", "Origin", ORIGIN)], [true, { target: "/c", headers: [...COOKIE, "Origin", ORIGIN] }], [true, b("/x", "Origin", "null")],
    [true, b("/x", "Origin", ORIGIN, "Origin", ORIGIN)], [false, { target: "/b/x", headers: ["Origin", ORIGIN] }], [false, b("/users/{bob}", "Origin", ORIGIN)],
    [true, b("/x", "Origin", ORIGIN, "X-Say", '{"type":"text/plain","body":"x","access-control-allow-origin":"*","vary":"Accept"}')],
    ...[[], ["Origin", ORIGIN], ["Origin", "https://evil.example"]].flatMap((origin) => ["Accept", "*", "Accept, ORIGIN", ["Accept", "origin"]]
      .map((vary) => [true, b("/x", ...origin, "X-Say", JSON.stringify({ type: "text/plain", body: "x", vary }))])),
    [true, b("/x", "X-Say", '{"type":"text/plain","body":"x","access-control-allow-origin":"*"}')], [true, { target: "/c", headers: COOKIE }],
  ],
  "queries": [
    [true, b(`/x?a=%41&${OWN_ID}&friend={bob}&x=+`)], [true, b("/x?friend=")],
    ...["openid={bob}", "openid=", "openid", "OPENID={bob}", "[openid]={bob}", "openid[]={bob}", "openid[0][x]={bob}", "o%70enid={bob}", "openid%00x={bob}", "a=1;openid={bob}", "friend=nobody", "friend={bobShop}"]
      .map((query) => [false, b(`/x?${query}`)]),
    [false, b("/x", "Content-Type", "text/plain; charset=utf-7")], [false, b("/x", "Content-Type", "application/json; charset=utf-8; charset=utf-8")],
    [false, b("/x", "Content-Type", "text/plain; charset*=utf-8''utf-7")], [true, b("/x", "Content-Type", "odd; x")], [true, b("/x", "Content-Type", 'text/plain; charset="UTF-8"')],
  ],
  "types": [
    ...["application/json", "Text/X-JSON", "application/a+json; charset=us-ascii", "application/json ; a=b", 'application/json; a="b"', "application/json;"]
      .map((type) => [true, post(type, '{ "openid":"{alice}","n":1e400,"items":[{"openid":"{bob}"}] }')]),
    ...["application/json; x", "application/json; x=y ; z=1", "application/json;;", "application/json, a/b", "json", "text/plain", "application/jsonx", undefined, "application/json; charset=gbk"]
      .map((type) => [false, post(type, '{"openid":"{alice}"}')]),
    [false, post("application/json", "{}", "Content-Type", "application/json")],
    [false, post("application/json", '{"openid":"{bob}"}')], [false, post("application/json", '{"openid":"{alice}","Openid":"{bob}"}')],
    [false, post("application/json", '{"openid":1}')], [false, post("application/json", '{"items":[{"openid":["{bob}"]}]}')], [true, post("application/json", '{"openid":null}')],
    [false, post("application/json", '{"openid":')], [false, post("application/json", "")], [true, post(undefined, "")], [true, post("application/json", "1")],
    [true, post("application/json", () => gzipSync('{"a":1}'), "Content-Encoding", "gzip")], [false, post("application/json", "{}", "Content-Encoding", "gzip")],
    [true, post("application/json", '{"a":1}', "Digest", "x", "Content-MD5", "y")], [true, post("application/json", '{"openid":"{alice}"}', "Digest", "x", "Content-MD5", "y")],
    [false, post("application/json", "{}", "Content-Encoding", "lzw")], [false, post("application/json", "{}", "Content-Encoding", "gzip, gzip, gzip, gzip")], [false, post("application/json", () => Buffer.alloc(65537, " "))],
    [false, post("application/json", () => gzipSync(Buffer.alloc(65537, " ")), "Content-Encoding", "gzip")],
  ],
  "JSON": JSON_BODIES,
  "forms": [
    [true, post("application/x-www-form-urlencoded", `${OWN_ID}&friend={bob}&x=%41+`)], [false, post("application/x-www-form-urlencoded", "openid={bob}")],
    [false, post("application/x-www-form-urlencoded; charset=gbk", OWN_ID)], [false, post("application/x-www-form-urlencoded", `a=1;${OWN_ID}`)],
    [true, form("multipart/form-data; boundary=b", [named("openid"), "{alice}"], [named("friend"), "{bob}"])],
    [true, form('multipart/form-data; charset=utf-8; boundary="b"', [`${named("openid")}\r\nContent-Type: text/plain; charset=utf-8`, "{alice}"])],
    [true, form("multipart/form-data; boundary=b", [`${named("f")}; filename="a;\\"b"\r\nContent-Type: text/csv; charset=gbk`, "{bob}\0\r\n"])],
    [true, form("multipart/form-data; boundary=b", [named("_charset_"), "iso-8859-1"], [named("openid"), "{alice}"])],
    ...["multipart/form-data", "multipart/form-data; boundary=b; boundary=c", "multipart/form-data; boundary=b; x=y", "multipart/form-data; boundary=b; boundary*=utf-8''c", 'multipart/form-data; boundary="b b"', "multipart/form-data; boundary=b,c"]
      .map((type) => [false, form(type, [named("openid"), "{alice}"])]),
    ...[[named("openid"), "{bob}"], [`${named("x")}; name="openid"`, "{alice}"], [named("=?utf-8?B?b3Blbmlk?="), "{bob}"], [named("a\\b"), "1"], ["Content-Disposition: form-data; name='openid'", "{bob}"],
      [`${named("openid")}; filename=x`, "{alice}"], [`${named("x")}; filename="C:\\"`, "1"], [`${named("x")}\r\nContent-Transfer-Encoding: base64`, "1"], [`${named("x")}\r\nContent-Type: text/plain; charset=utf-7`, "1"],
      [named("_charset_"), "utf-7"], [named("x"), "1\r\n--bb"], ["Content-Type: text/plain", "1"], [`${named("x")}\r\n name="openid"`, "1"]]
      .map((part) => [false, form("multipart/form-data; boundary=b", part)]),
  ],
  "answers": [
    ...[404, 500, 204, 304, 206].map((status) => [true, say({ status, type: "application/json", body: status === 204 || status === 304 ? "" : '{"openid":"{bobShop}"}', etag: '"1"' })]),
    ...[206, 204].map((status) => [true, say({ status, type: "text/html", body: status === 204 ? "" : "<p>" })]),
    [true, { ...say({ type: "application/json", body: '{"openid":"{bobShop}"}', etag: '"1"', "content-md5": "x", "accept-ranges": "bytes" }), method: "HEAD" }],
    [true, { ...say({ type: "text/html", body: "<p>", etag: '"1"', "accept-ranges": "bytes" }), method: "HEAD" }],
    [true, say({ type: ["application/json", "text/html"], body: '{"openid":"{bobShop}"}' })], [true, say({ type: "text/javascript", body: '{"openid":"{bobShop}"}', etag: '"1"' })],
    [true, b("/x", "Accept-Encoding", "zstd, gzip;q=0.5, br, *;q=0", "Range", "bytes=0-1", "If-Range", '"1"')], [true, b("/x", "Accept-Encoding", "zstd")],
    ...["application/json", "application/x-json", "text/html", "text/plain; charset=utf-8", "application/json ; a=b", "application/json; x", undefined, "odd"]
      .map((type) => [true, say({ type, body: '{ "openid":"{aliceShop}", "items":[{"openid":"{bobShop}"}],"n":1e400}', etag: '"1"' })]),
    [true, say({ type: "text/html", body: "<p>{aliceShop}</p>", etag: '"1"' })], [true, say({ type: "image/png", body: "{aliceShop}" })], [true, say({ type: "text/html", body: "\f{" })],
    [true, say({ type: "text/html", body: "{{ template }}" })], [true, say({ type: "application/json", body: '{"openid":"nobody"}' })], [true, say({ type: "application/json", body: '{"openid":["x"]}' })],
    [true, say({ type: "application/json", body: '{"openid":' })], [true, say({ type: "application/json", body: "" })], [true, say({ type: "application/json", body: "{}", "content-encoding": "lzw" })],
    ...["application/json", "text/html"].map((type) => [true, say({ type, body: "", "content-encoding": "lzw" })]), [true, say({ type: "application/json", body: "{}", "content-encoding": "gzip" })],
    [true, say({ type: "text/plain", body: "x", "x-buyer": "{bobShop}", "set-cookie": "openid={aliceShop}; path=/" })], [true, say({ type: "text/plain", body: "x", "x-buyer": "nobody" })],
    [true, say({ type: "application/json", size: 65537 })],
  ],
};
