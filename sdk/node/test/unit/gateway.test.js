import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";

import { Connections, NoAnswer } from "../../dist/ask.js";
import { Gateway } from "../../dist/gateway.js";
import { Body, Gone } from "../../dist/node/incoming.js";
import { PorticoPeople } from "../../dist/people.js";
import { fakePortico, LIVE, SECRET, SHOP } from "../support/portico.js";

const APP = { id: LIVE, secret: SECRET };

async function serving(listener) {
  const server = createServer(listener);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, server, stop };
}

test("a body is taken and put back, whenever it came", async () => {
  const waits = { "at once": () => {}, "in the middle": () => new Promise(setImmediate), "when all is there": async (request) => {
    while (!request.complete) await new Promise(setImmediate);
  } };
  let wait;
  const { url, stop } = await serving(async (request, response) => {
    await wait(request);
    const body = new Body(request);
    const taken = await body.take(1 << 20);
    body.put(Buffer.from(taken.toString().toUpperCase()));
    response.end(await buffer(request));
  });
  for (const [when, how] of Object.entries(waits)) {
    wait = how;
    for (const text of ["x", "", "y".repeat(200_000)].filter((text) => when === "at once" || text.length < 60_000)) {
      const answer = await fetch(url, { method: "POST", body: text, signal: AbortSignal.timeout(5000) });
      assert.equal(await answer.text(), text.toUpperCase(), when);
    }
  }
  stop();
});

test("a body that was read before is a mistake that is named", async () => {
  const { url, stop } = await serving(async (request, response) => {
    await buffer(request);
    response.end(await Promise.resolve().then(() => new Body(request)).catch((error) => error.message));
  });
  assert.match(await (await fetch(url, { method: "POST", body: "x" })).text(), /before every body parser/);
  stop();
});

test("a client that leaves in the middle of its body is not waited for", async () => {
  let leave;
  const left = new Promise((resolve) => (leave = resolve));
  const { url, stop } = await serving((request) => new Body(request).take(1000).catch(leave));
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  await once(socket, "connect");
  setImmediate(() => socket.destroy());
  assert.ok((await left) instanceof Gone);
  stop();
});

test("questions share a connection, and one that the server closed is asked again", async () => {
  let count = 0;
  const { url, server, stop } = await serving((request, response) => response.end(String(++count)));
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket));
  const connections = new Connections();
  const ask = () => connections.ask(url, { method: "GET", headers: {} }, 2000);
  for (let number = 1; number <= 5; number++) assert.deepEqual(await ask(), { status: 200, body: String(number) });
  assert.equal(sockets.size, 1);
  // It closes without a word, at the moment of the next question.
  const [socket] = sockets;
  socket.resetAndDestroy();
  assert.equal((await ask()).status, 200);
  stop();
});

test("an answer that does not come in time is none", async () => {
  const { url, stop } = await serving((request, response) => {
    response.writeHead(200);
    response.write("half");
  });
  await assert.rejects(new Connections().ask(url, { method: "GET", headers: {} }, 100), NoAnswer);
  stop();
  await assert.rejects(new Connections().ask(url, { method: "GET", headers: {} }, 1000), NoAnswer);
});

test("a token is only as good as Portico says it is for this very app", async () => {
  const portico = await fakePortico();
  const people = new PorticoPeople(portico.issuer, 1000);
  const token = portico.launch();
  const { sub, scope } = await people.introspect(APP, token);
  assert.deepEqual({ sub, scope }, { sub: "o-alice-live", scope: ["openid", "profile.basic"] });
  for (const wrong of [{ aud: SHOP }, { client_id: SHOP }, { iss: "https://other.example" }, { sub: "" }, { sub: undefined }, { token_type: "DPoP" }]) {
    const odd = portico.tokenLike({ jti: JSON.stringify(wrong) });
    portico.tokens.set(odd, { sid: "s", jti: "j", iat: 1, exp: 2, sub: "o-alice-live", scope: "openid", ...wrong });
    assert.equal(await people.introspect(APP, odd), undefined, JSON.stringify(wrong));
  }
  const wrongSecret = new PorticoPeople(portico.issuer, 1000).introspect({ ...APP, secret: "x" }, token);
  await assert.rejects(wrongSecret, { code: "temporarily_unavailable", because: /credentials/ });
  await portico.stop();
});

test("discovery must speak for the issuer, and is asked again after it failed", async () => {
  const portico = await fakePortico();
  const people = new PorticoPeople(`${portico.issuer}/`, 1000);
  await assert.rejects(people.introspect(APP, portico.tokenLike({ iss: `${portico.issuer}/` })), { because: /metadata does not speak/ });
  const right = new PorticoPeople(portico.issuer, 1000);
  portico.isDown = true;
  await assert.rejects(right.introspect(APP, portico.tokenLike({})), { code: "temporarily_unavailable" });
  portico.isDown = false;
  assert.equal(await right.introspect(APP, portico.tokenLike({})), undefined);
  await portico.stop();
});

test("the target, the host and a cookie's origin are looked at before anybody is asked", async () => {
  const portico = await fakePortico();
  const token = portico.launch();
  const keys = { token: "cookie:session", path: "/api" };
  const gateway = new Gateway(portico.configuration(keys));
  const admit = async (change) => {
    const head = { method: "GET", target: "/api", headers: [["Host", "a"], ["Cookie", `session=${token}`]] };
    const more = change.headers ?? [];
    return gateway.way({ ...head, ...change, headers: [...head.headers, ...more] }).admit();
  };
  const origin = (value) => ({ method: "POST", headers: [["Origin", value]] });
  assert.equal((await admit({})).route.path, "/api");
  assert.ok(await admit(origin("https://live.example")));
  for (const [change, code] of [
    [{ target: "http://a/api" }, "invalid_request"], [{ target: "*" }, "invalid_request"],
    [{ target: "/api#x" }, "invalid_request"], [{ target: "/x/../api" }, "invalid_request"],
    [{ headers: [["host", "b"]] }, "invalid_request"], [{ target: "//api" }, "invalid_request"], [{ target: "/other" }, "not_found"],
    [{ method: "POST" }, "invalid_origin"], [origin("https://evil.example"), "invalid_origin"],
    [{ ...origin("https://live.example"), headers: [["Origin", "https://live.example"], ["Origin", "x"]] }, "invalid_origin"],
    [{ headers: [["Upgrade", "websocket"]] }, "invalid_origin"],
    [{ headers: [["cookie", "session=x"]] }, "invalid_request"],
  ]) {
    await assert.rejects(admit(change), { code }, JSON.stringify(change));
  }
  await portico.stop();
});

test("where the app and the shop are one, nobody is looked up and the UnionID is told with its scope", async () => {
  const portico = await fakePortico();
  const inject = { headers: { "X-WX-OPENID": "openid", "X-WX-UNIONID": "unionid" } };
  const gateway = new Gateway(portico.configuration({ as: LIVE, inject, self: { query: ["openid"] } }));
  const headersOf = async (scope) => {
    const token = portico.launch("o-alice-live", scope);
    const head = { method: "GET", target: "/?openid=o-alice-live", headers: [["host", "a"], ["authorization", `Bearer ${token}`]] };
    const admitted = await gateway.way(head).admit();
    return Object.fromEntries((await admitted.request(head)).headers.slice(1));
  };
  assert.deepEqual(await headersOf("openid"), { "X-WX-OPENID": "o-alice-live" });
  assert.deepEqual(await headersOf("openid union_id"), { "X-WX-OPENID": "o-alice-live", "X-WX-UNIONID": "u-alice" });
  assert.deepEqual(portico.asked, []);
  await portico.stop();
});
