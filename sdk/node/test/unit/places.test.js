import assert from "node:assert/strict";
import { test } from "node:test";
import qs from "qs";

import { cookieValues, findInCookies, withoutCookie } from "../../dist/swap/cookie.js";
import { findInForm } from "../../dist/swap/form.js";
import { findInParts, NotParts } from "../../dist/swap/multipart.js";
import { Fields, fold, Headers } from "../../dist/swap/name.js";
import { AmbiguousPath } from "../../dist/swap/path.js";
import { routeOf } from "../../dist/route.js";

const FIELDS = new Fields([["openid", "own"], ["of[openid]", "any"]]);
const values = (spots) => spots.map(({ value }) => value.text);

test("a field is the one that a lenient framework takes it for", () => {
  for (const same of ["OPENID", " openid", "openid[]", "openid[0][x]", "[openid]", "[openid][0]", "openid\0"]) {
    assert.equal(FIELDS.role(same), "own", same);
  }
  for (const same of ["of[openid]", "OF[OpenID]", "of[openid][]", "[of][openid]"]) assert.equal(FIELDS.role(same), "any", same);
  for (const other of ["", "open_id", "of", "of[x]", "xopenid", "openid2"]) assert.equal(FIELDS.role(other), undefined, other);
  assert.equal(fold("u\u{17f}er\u{212a}ey"), "userkey");
  assert.equal(new Headers([["X-Shop_User", "own"]]).role("x_shop-USER"), "own");
});

test("whatever Express's parser reads as a declared field is found", () => {
  const pieces = ["openid", "[", "]", "of", ".", "%5B", "%5d", "0", "+", "x", "Openid", "%6Fpenid"];
  let tried = 0;
  for (let number = 0; number < pieces.length ** 4; number += 7) {
    const name = [0, 1, 2, 3].map((at) => pieces[Math.floor(number / pieces.length ** at) % pieces.length]).join("");
    const read = qs.parse(`${name}=somebody`);
    const named = JSON.stringify([read.openid, read.of?.openid]);
    if (!named.includes("somebody")) continue;
    tried += 1;
    assert.deepEqual(values(findInForm(`${name}=somebody`, FIELDS)), ["somebody"], name);
  }
  assert.ok(tried > 50, `only ${tried} spellings`);
});

test("a query is read decoded, and its spans are the values as they are written", () => {
  const text = "a=1&Op%65nid=%6Fx&&openid&=&openid==y";
  const spots = findInForm(text, FIELDS);
  assert.deepEqual(values(spots), ["ox", "", "=y"]);
  assert.deepEqual(spots.map(({ start, end }) => text.slice(start, end)), ["%6Fx", "", "=y"]);
});

test("cookies are found within their quotes, and one is taken out alone", () => {
  assert.deepEqual(values(findInCookies('a=1;  openid = "%6Fx" ; OPENID=y; openid', FIELDS)), ["ox", "y", ""]);
  assert.equal(withoutCookie('a="1"; session=x; b', "session"), 'a="1"; b');
  assert.equal(withoutCookie("session=x;Session=y", "session"), undefined);
  assert.deepEqual(cookieValues('session="a"; Session=b; session=c', "session"), ["a", "c"]);
});

const part = (head, body = "x") => `--b\r\n${head}\r\n\r\n${body}\r\n--b--\r\n`;

test("parts are read in one way or not at all", () => {
  assert.deepEqual(values(findInParts(part('content-disposition: form-data; name="openid"'), "b", FIELDS)), ["x"]);
  assert.deepEqual(values(findInParts(part("Content-Disposition: form-data; name=openid"), "b", FIELDS)), ["x"]);
  const bad = [
    part('Content-Disposition: form-data; name="openid"; filename="f"'),
    part('Content-Disposition: form-data; name="of[\\"openid"'),
    part('Content-Disposition: form-data; name="open\\id"'),
    part("Content-Disposition: form-data; name='openid'"),
    part('Content-Disposition: form-data; name="x"; name="openid"'),
    part('Content-Disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="openid"'),
    part('Content-Disposition: form-data; name="x"; name*=utf-8\'\'openid'),
    part('Content-Disposition: form-data; name="openid"\r\nContent-Transfer-Encoding: base64'),
    part('Content-Disposition : form-data; name="openid"'),
    part('Content-Disposition: form-data; name="x"\r\n folded'),
    part('Content-Disposition: form-data; name="x"', "1\n--b\nopenid"),
    part('Content-Disposition: form-data; name="x"', "1\r\n--b \r\nopenid"),
    `x${part('Content-Disposition: form-data; name="x"')}`,
    `${part('Content-Disposition: form-data; name="x"')}--b\r\n`,
    part("Content-Type: text/plain"),
    "--b\r\n\r\n--b--\r\n",
    "",
  ];
  for (const body of bad) assert.throws(() => findInParts(body, "b", FIELDS), NotParts, JSON.stringify(body));
});

test("no spelling of a path leads past the route that guards it", () => {
  const routes = [{ path: "/api" }, { path: undefined }];
  for (const target of ["/api", "/API/x", "/%61pi/x", "/api?x=/y", "/api/"]) {
    assert.equal(routeOf(routes, "shop.example", target), routes[0], target);
  }
  for (const target of ["/apis", "/x/api", "/"]) assert.equal(routeOf(routes, "a", target), routes[1], target);
  const doubtful = [
    "/x/../api", "/x/%2e%2E/api", "/./api", "/..;a/api", "/x\\..\\api", "/x%2f../api", "//api", "/x//api", "/x;a/api", "/%00",
  ];
  for (const target of doubtful) assert.throws(() => routeOf(routes, "a", target), AmbiguousPath, target);
  for (const plain of ["/a.b", "/...", "/x?y=/../"]) assert.equal(routeOf(routes, "a", plain), routes[1], plain);
  const hosts = [{ host: "shop.example", path: undefined }];
  assert.equal(routeOf(hosts, "SHOP.example:8080", "/"), hosts[0]);
  assert.equal(routeOf(hosts, "shop.example.", "/x/../y"), hosts[0]);
  assert.equal(routeOf(hosts, "other.example", "/"), undefined);
});

test("a_name_or_a_cookie_of_very_many_blanks_or_parts_is_read_at_once", () => {
  for (const part of ["[", "[;", "]", "[b]", ".b", ".", " ", "\0", "\u{a0}", "!", '"', ",", "\t"]) {
    const many = part.repeat((1 << 20) / part.length);
    assert.equal(FIELDS.role(`a${many}b`), undefined);
    assert.deepEqual(findInCookies(`x=a${many}b`, FIELDS), []);
    assert.deepEqual(findInForm(`a${many}b=1=]=`, FIELDS), []);
  }
});
