import assert from "node:assert/strict";
import { test } from "node:test";
import { eventParser } from "../../dist/host/sse.js";

const STREAM =
  "\nevent: ping\ndata: {}\n\n: a comment\nid: 7\nevent: two\ndata:second\n\nretry: 250\nid: 8\n\nevent: nothing\n\ndata: x:y\n\n";
const EVENTS = [
  { id: "", event: "ping", data: "{}" },
  { id: "7", event: "two", data: "second" },
  { id: "8", event: "", data: "x:y" },
];
const known = ({ id, event, data }) => ({ id, event, data });

test("a_stream_means_the_same_however_it_is_cut", () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const parse = eventParser("");
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parse(STREAM.slice(at, at + size)));
    assert.deepEqual(events.filter(({ data }) => data).map(known), EVENTS, `pieces of ${size}`);
    assert.equal(events.at(-1).id, "8");
  }
});

test("an_event_that_is_not_finished_is_not_an_event", () => {
  const parse = eventParser("3");
  assert.deepEqual(parse("id: 4\nevent: session_expired\ndata: {}\n"), []);
  assert.equal(parse("\n")[0].id, "4");
});
