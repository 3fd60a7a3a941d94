import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { connectTo } from "../../../dist/back-end/feed/connection.js";
import { pauseAfter } from "../../../dist/back-end/feed/follow.js";
import { EventParser, Unreadable } from "../../../dist/back-end/feed/sse.js";
import { Standing } from "../../../dist/back-end/feed/standing.js";
import { secretBasic } from "../../../dist/back-end/credentials.js";
import { Recent } from "../../../dist/back-end/recent.js";
import { frame, staged, vectors } from "../../support/vectors.js";

test("pauses double up to fifteen seconds, and no two back ends wait alike", () => {
  assert.deepEqual([0, 1, 2, 5, 6, 50].map((failures) => pauseAfter(failures, 1)), [250, 500, 1000, 8000, 15_000, 15_000]);
  assert.deepEqual([0, 0.5, 1].map((chance) => pauseAfter(0, chance)), [125, 187.5, 250]);
});

test("connections that do not open are tried with longer pauses, and from the beginning after one that caught up", async () => {
  const stage = staged(vectors("feed"));
  for (const pause of [187.5, 375, 750]) {
    await new Promise(setImmediate);
    stage.asked.reject(new Error("503 from /v1/feed"));
    await new Promise(setImmediate);
    assert.equal(stage.pauses.at(-1), pause);
  }
  await stage.live();
  await stage.lose();
  assert.equal(stage.pauses.at(-1), 187.5);
  assert.deepEqual([stage.problems[0], stage.problems.at(-1)], ["the feed was lost: 503 from /v1/feed", "the feed was lost: it was closed"]);
});

test("what the app does with a problem stops nothing", async () => {
  for (const onProblem of [() => { throw new Error("the logger is full"); }, async () => Promise.reject(new Error("the logger is full"))]) {
    const stage = staged(vectors("feed"), { onProblem });
    await new Promise(setImmediate);
    stage.asked.reject(new Error("503 from /v1/feed"));
    await new Promise(setImmediate);
    await stage.live();
    assert.ok(stage.portico.isLive);
  }
});

test("a closed back end opens no connection any more, and asks about each token", async () => {
  const stage = staged(vectors("feed"));
  await stage.live();
  assert.ok(stage.portico.isLive);
  stage.portico.close();
  await stage.lose();
  const { asked } = stage;
  await new Promise(setImmediate);
  assert.equal(stage.asked, asked);
  assert.ok(!stage.portico.isLive);
  assert.deepEqual(stage.problems, []);
});

test("a feed of comments alone is given up, and resumed", async () => {
  const stage = staged(vectors("feed"));
  await stage.live();
  for (const [at, text] of [[4999, ": still here\n\n"], [4999, frame("ping")], [9998, ": still here\n\n"]]) {
    stage.clock.milliseconds = at;
    await stage.hear(text);
  }
  assert.deepEqual(stage.problems, []);
  stage.clock.milliseconds = 9999;
  await stage.hear(": still here\n\n");
  assert.deepEqual(stage.problems, ["the feed was lost: it says nothing"]);
  assert.equal(await stage.open(), "one");
});

test("what was said about tokens is known for as long as one may live, and dropped after twice that", () => {
  const recent = new Recent();
  const minutes = (count) => count * 60_000;
  recent.set("early", true, 0);
  recent.set("late", true, minutes(30));
  assert.deepEqual(["early", "late"].map((key) => recent.get(key, minutes(31) - 1)), [true, true]);
  assert.equal(recent.get("late", minutes(61)), true);
  assert.equal(recent.get("early", minutes(62)), undefined);
  assert.equal(recent.size, 0);
  recent.set("again", true, minutes(500));
  assert.deepEqual([recent.get("again", minutes(530)), recent.size], [true, 1]);
});

test("an end is known to the last moment of every token that was out, after very many others", () => {
  const standing = new Standing();
  const moment = (at) => ({ wall: at, steady: at });
  standing.opened();
  standing.hear({ kind: "caught_up" }, moment(0));
  const token = { sessionId: "s", tokenId: "t", userId: "u", given: ["openid"] };
  const endedAt = 20 * 60_000;
  standing.hear({ kind: "session_ended", sessionId: "s" }, moment(endedAt));
  for (let at = endedAt; at <= endedAt + 31 * 60_000; at += 1000) {
    standing.hear({ kind: "session_ended", sessionId: `other ${at}` }, moment(at));
    assert.equal(standing.judge(token, moment(at)), "invalid");
  }
});

test("a stream that does not end a line or an event is given up", () => {
  const mebibyte = Buffer.alloc(1024 * 1024, "x");
  const line = new EventParser(() => undefined);
  assert.throws(() => [mebibyte, mebibyte].forEach((piece) => line.push(piece)), Unreadable);
  const event = new EventParser(() => undefined);
  const data = Buffer.concat([Buffer.from("data: "), mebibyte.subarray(0, 600_000), Buffer.from("\n")]);
  assert.throws(() => [data, data].forEach((piece) => event.push(piece)), Unreadable);
});

test("letters that are cut between pieces are whole again", () => {
  const heard = [];
  const parser = new EventParser(({ data }) => heard.push(data));
  for (const byte of Buffer.from("data: é漢🙂\n\n")) parser.push(Uint8Array.of(byte));
  assert.deepEqual(heard, ["é漢🙂"]);
});

test("the feed is asked for with the app's credentials, and anything but an event stream is none", async () => {
  let answer, asked;
  const server = createServer((request, response) => {
    asked = request;
    response.writeHead(answer.status, { "content-type": answer.type });
    response.end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const connect = connectTo(`http://127.0.0.1:${server.address().port}`, secretBasic("app", "secret"));
  const { signal } = new AbortController();
  answer = { status: 200, type: "text/event-stream; charset=utf-8", body: frame("reset") };
  const pieces = [];
  for await (const piece of await connect("one", signal)) pieces.push(piece);
  assert.equal(Buffer.concat(pieces).toString(), frame("reset"));
  assert.deepEqual([asked.url, asked.headers["last-event-id"], asked.headers.authorization], ["/v1/feed", "one", `Basic ${btoa("app:secret")}`]);
  for (const [other, words] of [[{ status: 401, type: "text/event-stream" }, /credentials/], [{ status: 200, type: "text/html" }, /200 from/], [{ status: 503, type: "text/plain" }, /503/]]) {
    answer = other;
    await assert.rejects(connect(undefined, signal), words);
    assert.equal(asked.headers["last-event-id"], undefined);
  }
  await new Promise((resolve) => server.close(resolve));
});
