// A program of its own that waits for `ready()` and has nothing else to do.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";

import { frame } from "../support/vectors.js";

const program = (after) => `
  import { createPortico } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url))};
  const portico = createPortico({ issuer: process.argv[1], clientId: "org.example.taxi", clientSecret: "s" });
  ${after}
`;

async function ran(server, after) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program(after), issuer], { stdio: ["ignore", "pipe", "inherit"] });
  const [said, [status]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  server.closeAllConnections();
  server.close();
  return [said, status];
}

test("who waits until it is ready has a process still, and none for that afterwards", async () => {
  const feed = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    setTimeout(() => response.write(frame("reset") + frame("caught_up")), 300);
  });
  assert.deepEqual(await ran(feed, 'await portico.ready(); console.log("ready");'), ["ready\n", 0]);
});

test("who closes it meanwhile waits for nothing", async () => {
  const silent = createServer(() => undefined);
  const after = "portico.ready().then(() => console.log('ready')); setTimeout(() => portico.close(), 100);";
  assert.deepEqual(await ran(silent, after), ["", 0]);
});
