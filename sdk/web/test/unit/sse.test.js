import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../../dist/host/sse.js";

const STREAM =
  "\nevent: ping\ndata: {}\n\n: a comment\nid: 7\r\nevent: two\r\ndata: first\r\ndata:second\r\n\r\ndata\n\nretry: 250\nid: 8\n\nevent: nothing\n\ndata: x:y\n\n";
const EVENTS = [
  { type: "ping", data: "{}" },
  { type: "two", data: "first\nsecond" },
  { type: "", data: "" },
  { type: "", data: "x:y" },
];

test("a_stream_means_the_same_however_it_is_cut", () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(events, EVENTS, `pieces of ${size}`);
    assert.equal(parser.lastEventId, "8");
  }
});

test("an_event_that_is_not_finished_is_not_an_event", () => {
  const parser = new EventParser("3");
  assert.deepEqual([...parser.push("id: 4\nevent: session_expired\ndata: {}\n")], []);
  assert.equal(parser.lastEventId, "3", "to be resumed before it");
});

