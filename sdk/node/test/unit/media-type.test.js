import assert from "node:assert/strict";
import { test } from "node:test";

import { readMediaType } from "../../dist/swap/media-type.js";
import { answerKind, requestKind } from "../../dist/swap/kind.js";
import { maps } from "../../dist/swap/maps.js";

const NOWHERE = { path: [], query: [], form: [], cookie: [], header: [], json: [] };
const DECLARED = maps({ ...NOWHERE, form: ["openid"], json: [["openid"]] }, NOWHERE, { header: [], setCookie: [], json: [["openid"]] }, []);
const kindOf = (type, length = 1, where = DECLARED) => requestKind(where, [["content-type", type]], length);

test("a type is read by its grammar", () => {
  assert.deepEqual(readMediaType('Text/HTML ; Charset=UTF-8;  a="b;c" ; '), {
    essence: "text/html", subtype: "html", parameters: [["charset", "UTF-8"], ["a", "b;c"]],
  });
  assert.deepEqual(readMediaType("a/b;").parameters, []);
  assert.deepEqual(readMediaType("a/b;\tx=y").parameters, [["x", "y"]]);
  assert.deepEqual(readMediaType("a/b; c=").parameters, [["c", ""]]);
  for (const odd of [
    "", "json", "a/", "/b", "a/b c", "a/b, c/d", "a/b; x", "a/b; x;", "a/b;;x=y", "a/b; x =y", "a/b; x= y", 'a/b; x="y', 'a/b; x="y"z',
    "a/b; x=y z", "a/b; x=y ; z=1", 'a/b; x=""', 'a/b; x="\x01"', "a/b; é=y",
  ]) {
    assert.equal(readMediaType(odd), undefined, JSON.stringify(odd));
  }
});

test("JSON is what its subtype or its suffix says", () => {
  for (const type of ["application/json", "text/JSON", "application/x-json", "application/problem+json", "a/json+x", "a/b+json; c=d"]) {
    assert.equal(kindOf(type), "json", type);
  }
  for (const type of ["application/jsonx", "a/json+x+y", "a/+json", "application/json; x", "application/json;;", "application/json, a/b"]) {
    assert.throws(() => kindOf(type), { code: "unsupported_media_type" }, type);
  }
});

test("a type that cannot be read may be JSON's in an answer, and is not in a request", () => {
  assert.equal(answerKind(DECLARED, "GET", { status: 200, headers: [["content-type", "application/json; x"]] }), "perhaps");
  assert.equal(answerKind(DECLARED, "GET", { status: 200, headers: [["content-type", "image/png; x=y"]] }), undefined);
});

test("another charset than UTF-8 is refused wherever something is declared, body or not", () => {
  const query = maps({ ...NOWHERE, query: ["openid"] }, NOWHERE, { header: [], setCookie: [], json: [] }, []);
  const nothing = maps(NOWHERE, NOWHERE, { header: [], setCookie: [], json: [] }, []);
  for (const type of ["text/plain; charset=utf-16", "text/plain; charset", "a/b; x=charset; charset=utf-8", 'a/b; charset="utf-7"', "charset=utf-8"]) {
    assert.throws(() => kindOf(type, undefined, query), { code: "unsupported_media_type" }, type);
    assert.equal(kindOf(type, undefined, nothing), undefined);
  }
  for (const type of ['text/plain; Charset="UTF-8"', "text/plain; charset=us-ascii", "text/csv; charset=gbk", "odd"]) assert.equal(kindOf(type, undefined, query), undefined);
});
