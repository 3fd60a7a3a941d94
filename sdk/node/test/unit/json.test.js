import assert from "node:assert/strict";
import { test } from "node:test";

import { foundInJson } from "../../dist/swap/found.js";
import { findInJson, NotJson } from "../../dist/swap/json.js";
import { jsonMap, NoMap } from "../../dist/swap/json-map.js";

const POINTERS = [["id"], ["list", "*", "id"], ["tree", "*", "2"], ["list", "0", "own"], ["*", "id"], ["*", "*", "z", "2"]];
const MAP = jsonMap(POINTERS.map((pointer, at) => [pointer, at === 3 ? "own" : "any"]));
const texts = (text, map = MAP) => findInJson(Buffer.from(text), map).spots.map(({ value }) => value.text ?? value.kind);

/** A generator of numbers that gives the same ones for the same seed (mulberry32). */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A JSON text, oddly written, and the texts that stand at the places of it, by a walk of its own. */
function oddJson(pick) {
  const one = (...list) => list[pick(list.length)];
  const space = () => one("", "", " ", "\n", "\t \r\n");
  const write = (text) =>
    `"${[...text].map((c) => (pick(4) === 0 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c)).join("")}"`;
  const found = [];
  const value = (ways, depth) => {
    const here = ways.some((way) => way.length === 0);
    const kind = depth === 0 ? 5 : pick(depth > 4 ? 3 : 6);
    if (kind === 0) {
      const text = one("x", "o-alice", "", "é", "a/b");
      if (here) found.push(text);
      return write(text);
    }
    if (kind === 1) {
      const raw = one("1e400", "9007199254740993", "-0", "true", "false");
      if (here) found.push("scalar");
      return raw;
    }
    if (kind === 2) return "null";
    if (here) found.push("nested");
    const inner = here ? [] : ways;
    const leads = (name) => inner.filter(([step]) => step === "*" || step === name).map((way) => way.slice(1));
    const many = pick(6);
    const isObject = kind > 3;
    const items = Array.from({ length: many }, (_, at) => {
      if (!isObject) return space() + value(leads(String(at)), depth + 1) + space();
      const name = one("id", "ID", "list", "List", "tree", "own", "2", "z");
      return `${space()}${write(name)}${space()}:${space()}${value(leads(name.toLowerCase()), depth + 1)}${space()}`;
    });
    return isObject ? `{${items.join(",") || space()}}` : `[${items.join(",") || space()}]`;
  };
  const text = space() + value(POINTERS, 0) + space();
  return { text, found };
}

test("in any JSON the places are found, and every other byte stays", () => {
  let all = 0;
  for (let seed = 0; seed < 3000; seed++) {
    const { text, found } = oddJson(random(seed));
    assert.deepEqual(texts(text), found, `seed ${seed}: ${text}`);
    all += found.length;
    const looked = foundInJson(Buffer.from(text), MAP);
    assert.equal(looked.swapped(() => undefined), undefined, `seed ${seed}`);
    const marked = looked.swapped(({ value }) => (value.kind === "text" ? "⟦" : undefined))?.toString();
    if (marked === undefined) continue;
    const { spots } = looked.pieces[0];
    const cut = spots.filter(({ value }) => value.kind === "text");
    let rest = text;
    for (const { start, end } of cut.reverse()) rest = rest.slice(0, start) + '"⟦"' + rest.slice(end);
    assert.equal(marked, rest, `seed ${seed}`);
  }
  assert.ok(all > 2000, `only ${all} places were tried`);
});

test("what is not JSON is not taken for it", () => {
  const bad = ["", " ", "{", "[1,]", "{a:1}", "{'a':1}", "// x\n{}", "/**/1", "01", "+1", ".5", "NaN", '"\n"', '"\\x"', "[1] 2", "\u{a0}1", "tru"];
  for (const text of bad) assert.throws(() => texts(text), NotJson, text);
  assert.throws(() => findInJson(Buffer.from([0x22, 0xff, 0x22]), MAP), NotJson);
  assert.throws(() => texts('{"\\ud800":1}'), NotJson);
});

test("a byte order mark stays where it was", () => {
  const looked = foundInJson(Buffer.from('\ufeff{"id":"x"}'), MAP);
  assert.equal(looked.swapped(() => "y").toString(), '\ufeff{"id":"y"}');
});

test("half of a surrogate pair is no text", () => assert.deepEqual(texts('{"id":"\\ud800"}'), ["nested"]));

test("members that every object has are members like others", () => {
  const map = jsonMap([[["__proto__"], "any"], [["constructor", "*"], "any"]]);
  assert.deepEqual(texts('{"__proto__":"a","constructor":["b"],"toString":"c"}', map), ["a", "b"]);
  assert.deepEqual(texts('{"toString":{"id":"c"}}', jsonMap([[["id"], "any"]])), []);
});

test("a hundred thousand levels and a hundred thousand ids are no trouble", () => {
  const deep = 100_000;
  assert.deepEqual(texts(`{"z":${"[".repeat(deep)}${"]".repeat(deep)},"id":"x"}`), ["x"]);
  const ids = JSON.stringify({ list: Array.from({ length: 100_000 }, (_, at) => ({ id: `o${at}` })) });
  assert.equal(texts(ids).length, 100_000);
});

test("places that cannot be declared together are refused", () => {
  assert.throws(() => jsonMap([[["a"], "any"], [["a", "b"], "any"]]), NoMap);
  for (const [outer, inner] of [[["*"], ["a", "b"]], [["*", "b"], ["A", "B", "c"]], [["a", "*"], ["a", "*", "c"]], [[], ["*"]]]) {
    assert.throws(() => jsonMap([[outer, "any"], [inner, "any"]]), NoMap);
    assert.throws(() => jsonMap([[inner, "any"], [outer, "any"]]), NoMap);
  }
  const steps = Array.from({ length: 16 }, () => "*");
  const many = Array.from({ length: 16 }, (_, at) => [[...steps.slice(0, at), "a", ...steps], "any"]);
  assert.throws(() => jsonMap(many), NoMap);
});

test("where a place lies on the way to another it stands alone", () => {
  const seen = (places, text) => texts(text, jsonMap(places.map((place) => [place.split("/").slice(1), "any"])));
  for (const oneOrMany of [["/a", "/*/a"], ["/*/a", "/a"]]) {
    assert.deepEqual(seen(oneOrMany, '{"a":"1","b":{"a":"2","b":"3"}}'), ["1", "2"]);
    assert.deepEqual(seen(oneOrMany, '[{"a":"1"},{"A":"2"}]'), ["1", "2"]);
    assert.deepEqual(seen(oneOrMany, '{"a":{"a":"1"},"A":["2"],"a":"3"}'), ["nested", "nested", "3"]);
  }
  for (const staggered of [["/a/*", "/*/b/c"], ["/*/b/c", "/a/*"]]) {
    assert.deepEqual(seen(staggered, '{"a":{"b":{"c":"1"}},"x":{"b":{"c":"2"}}}'), ["nested", "2"]);
  }
  assert.deepEqual(seen(["/*/b", "/a/*/c"], '{"a":{"b":[],"x":{"c":"1"}}}'), ["nested", "1"]);
  assert.deepEqual(seen(["/0", "/*/a"], '[{"a":"1"},{"a":"2"}]'), ["nested", "2"]);
  assert.deepEqual(seen(["/0", "/*/a"], '{"0":"1","00":{"a":"2"}}'), ["1", "2"]);
});

test("where the caller and anybody may be named in one place, the caller alone may be", () => {
  const map = jsonMap([[["a"], "own"], [["*"], "any"]]);
  const roles = findInJson(Buffer.from('{"a":"x","b":"y"}'), map).spots.map(({ role }) => role);
  assert.deepEqual(roles, ["own", "any"]);
});
