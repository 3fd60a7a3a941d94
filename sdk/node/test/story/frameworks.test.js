// The same stories, told to each framework.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { brotliCompressSync, gunzipSync, gzipSync } from "node:zlib";

import express from "express";
import multer from "multer";

import { gateway as middleware } from "../../dist/express.js";
import { gateway as serverFactory } from "../../dist/fastify.js";
import { gateway as inFront } from "../../dist/http.js";
import { fakePortico, LIVE, SHOP, WX_APP_ID } from "../support/portico.js";
import { ANSWERS, SHOPS } from "../support/shops.js";

const ROUTE = {
  inject: { headers: { "X-WX-OPENID": "openid", "X-WX-APPID": "app", "X-WX-SOURCE": "wx_client" } },
  self: { path: ["/users/{openid}"], query: ["openid"], form: ["openid"], json: ["/openid"], header: ["X-Me"], cookie: ["me"] },
  any: { query: ["friend"], form: ["friend"], json: ["/items/*/openid"] },
  response: { json: ["/openid", "/items/*/openid"], header: ["X-Buyer"], set_cookie: ["openid"] },
};

/** The codings that each framework's parsers unpack. */
const UNPACKS = {
  "express 5": ["gzip", "br"], "express 4": ["gzip"], "express with body-parser": ["gzip", "br"],
  koa: ["gzip", "br"], fastify: [], "node:http": [],
};

/** A request by hand, since `fetch` tidies what it sends. */
function byHand(url, { method = "GET", headers = [], body } = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const path = url.slice(new URL(url).origin.length);
    const request = send({ hostname, port, path, method, headers: ["Host", "shop.example", "Connection", "close", ...headers] }, async (response) => {
      const pieces = [];
      for await (const piece of response) pieces.push(piece);
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) });
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (const [name, shop] of Object.entries(SHOPS)) {
  describe(name, () => {
    let portico, running, token;
    const refused = [];

    before(async () => {
      portico = await fakePortico();
      running = await shop(portico.configuration(ROUTE), { onRefused: (one) => refused.push(one) });
      token = portico.launch();
    });
    after(async () => {
      await running?.stop();
      await portico?.stop();
    });

    const ask = (path, init = {}) =>
      fetch(`${running.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
    const code = async (answer) => [answer.status, (await answer.json()).error];
    const posted = (type, body, more = {}) => ask("/orders", { method: "POST", headers: { "content-type": type, ...more }, body });

    test("the caller is told by identity headers, and the token goes no further", async () => {
      const { headers } = await (await ask("/orders")).json();
      assert.equal(headers["x-wx-openid"], "o-alice-shop");
      assert.equal(headers["x-wx-appid"], WX_APP_ID);
      assert.equal(headers["x-wx-source"], "wx_client");
      assert.equal(headers.authorization, undefined);
    });

    test("identity headers from outside are gone, in every spelling, and named in Connection", async () => {
      const headers = ["Authorization", `Bearer ${token}`, "X-WX-OPENID", "evil", "x_wx_openid", "evil", "X-Wx-Cloud", "evil"];
      const answer = await byHand(`${running.url}/orders`, { headers });
      const seen = JSON.parse(answer.body).headers;
      assert.ok(!answer.body.includes("evil"), `${answer.body}`);
      assert.equal(seen["x-wx-openid"], "o-alice-shop");
    });

    test("nobody comes in without a good token", async () => {
      const bare = await fetch(`${running.url}/orders`);
      assert.deepEqual([bare.status, bare.headers.get("www-authenticate")], [401, "Bearer"]);
      assert.equal((await bare.json()).error, "missing_token");
      assert.deepEqual(await code(await ask("/orders", { headers: { authorization: "Bearer other" } })), [401, "invalid_token"]);
      const poor = portico.launch("o-alice-live", "profile.basic");
      const answer = await ask("/orders", { headers: { authorization: `Bearer ${poor}` } });
      assert.match(answer.headers.get("www-authenticate"), /insufficient_scope.*scope="openid"/);
      assert.deepEqual(await code(answer), [403, "insufficient_scope"]);
      const two = await byHand(`${running.url}/orders`, { headers: ["Authorization", `Bearer ${token}`, "Authorization", "Bearer x"] });
      assert.equal(two.status, 400);
    });

    test("the caller's token goes no further in whichever header it stands", async () => {
      const headers = { cookie: `a=1; t=${token}; b=2`, "x-t": token, referer: `https://live.example/?t=${token}` };
      const seen = await (await ask("/orders", { headers })).json();
      assert.ok(!JSON.stringify(seen).includes(token), JSON.stringify(seen));
      assert.equal(seen.headers.cookie, "a=1; b=2");
    });

    test("a token in the address or in a body is refused", async () => {
      assert.deepEqual(await code(await ask(`/orders?t=${token}`)), [400, "invalid_request"]);
      assert.deepEqual(await code(await ask(`/orders?t=${token.replaceAll(".", "%2e").replaceAll("Q", "%51")}`)), [400, "invalid_request"]);
      const body = JSON.stringify({ openid: "o-alice-live", token });
      assert.deepEqual(await code(await posted("application/json", body)), [400, "invalid_request"]);
      assert.deepEqual(await code(await posted("application/json", gzipSync(body), { "content-encoding": "gzip" })), [400, "invalid_request"]);
    });

    test("a browser that asks first is answered, and scripts of the app's own may read", async () => {
      const asks = (origin) => fetch(`${running.url}/orders`, { method: "OPTIONS", headers: {
        origin, "access-control-request-method": "PUT", "access-control-request-headers": "authorization,x-me",
      } });
      const own = await asks("https://live.example");
      assert.equal(own.status, 204);
      const said = ["origin", "methods", "headers", "credentials"].map((what) => own.headers.get(`access-control-allow-${what}`));
      assert.deepEqual(said, ["https://live.example", "PUT", "authorization,x-me", null]);
      assert.deepEqual([own.headers.get("access-control-max-age"), own.headers.get("vary")], ["600", "Origin"]);
      const other = await asks("https://evil.example");
      assert.deepEqual([other.status, other.headers.get("access-control-allow-origin")], [204, null]);
      assert.equal((await fetch(`${running.url}/orders`, { method: "OPTIONS", headers: { origin: "https://live.example" } })).status, 401);
    });

    test("answers and refusals can be read by scripts of the app's own alone", async () => {
      const allowed = (answer) => answer.headers.get("access-control-allow-origin");
      for (const path of ["/orders", "/answers/json", "/answers/html", "/answers/stranger", "/stream", "/users/o-bob-live"]) {
        const own = await ask(path, { headers: { origin: "https://live.example" } });
        assert.equal(allowed(own), "https://live.example", path);
        assert.match(own.headers.get("vary"), /Origin/);
        await own.arrayBuffer();
        const other = await ask(path, { headers: { origin: "https://evil.example" } });
        assert.equal(allowed(other), null, path);
        await other.arrayBuffer();
      }
      assert.equal(allowed(await fetch(`${running.url}/orders`, { headers: { origin: "https://live.example" } })), "https://live.example");
      const named = await ask("/answers/named", { headers: { origin: "https://live.example" } });
      assert.equal(allowed(named), "*");
    });

    test("an answer says that it is another by origin, whether one is named or not, and once", async () => {
      for (const headers of [{}, { origin: "https://live.example" }, { origin: "https://evil.example" }]) {
        for (const [path, vary] of [
          ["/orders", "Origin"], ["/answers/json", "Origin"], ["/stream", "Origin"], ["/users/o-bob-live", "Origin"],
          ["/answers/varied", "Accept, Origin"], ["/answers/aware", "accept, origin"], ["/answers/named", null],
        ]) {
          const answer = await ask(path, { headers });
          assert.equal(answer.headers.get("vary"), vary, `${path} ${headers.origin}`);
          await answer.arrayBuffer();
        }
      }
    });

    test("nothing is traced here", async () => {
      const answer = await byHand(`${running.url}/orders`, { method: "TRACE", headers: ["Authorization", `Bearer ${token}`] });
      assert.deepEqual([answer.status, JSON.parse(answer.body).error], [405, "invalid_request"]);
      assert.match(answer.headers.allow, /GET/);
    });

    test("what is wrong is said in the challenge", async () => {
      const answer = await ask("/users/o-bob-live");
      assert.match(answer.headers.get("www-authenticate"), /^Bearer error="access_denied", error_description="[^"]+"$/);
    });

    test("a token that was ended is refused at the next request", async () => {
      const once = portico.launch();
      const headers = { authorization: `Bearer ${once}` };
      assert.equal((await ask("/orders", { headers })).status, 200);
      portico.tokens.delete(once);
      assert.deepEqual(await code(await ask("/orders", { headers })), [401, "invalid_token"]);
    });

    test("somebody whom the shop's app does not know is refused", async () => {
      const headers = { authorization: `Bearer ${portico.launch("o-carol-live")}` };
      assert.deepEqual(await code(await ask("/orders", { headers })), [403, "access_denied"]);
    });

    test("ids in the path, the query, headers and cookies are the shop's", async () => {
      const headers = { "x-me": "o-alice-live", cookie: "a=1; me=o-alice-live" };
      const seen = await (await ask("/users/o-alice-live/orders?x=%41&openid=o-alice-live&friend=o-bob-live", { headers })).json();
      assert.equal(seen.url, "/users/o-alice-shop/orders?x=%41&openid=o-alice-shop&friend=o-bob-shop");
      assert.deepEqual({ ...seen.query }, { x: "A", openid: "o-alice-shop", friend: "o-bob-shop" });
      assert.equal(seen.headers["x-me"], "o-alice-shop");
      assert.equal(seen.headers.cookie, "a=1; me=o-alice-shop");
    });

    test("somebody else where the caller must be named is refused", async () => {
      for (const path of ["/users/o-bob-live", "/orders?openid=o-bob-live", "/orders?[openid]=o-bob-live", "/orders?openid[]=o-bob-live"]) {
        assert.deepEqual(await code(await ask(path)), [403, "access_denied"], path);
      }
      assert.deepEqual(await code(await posted("application/json", '{"openid":"o-bob-live"}')), [403, "access_denied"]);
      assert.deepEqual(await code(await posted("application/x-www-form-urlencoded", "openid=o-bob-live")), [403, "access_denied"]);
    });

    test("JSON is read by the shop's own parser, with the shop's ids", async () => {
      const body = '{"openid":"o-alice-live", "items":[{"openid":"o-bob-live"},{"openid":"o-alice-live"}]}';
      const seen = await (await posted("application/json", body)).json();
      const items = [{ openid: "o-bob-shop" }, { openid: "o-alice-shop" }];
      assert.deepEqual(seen.body, { openid: "o-alice-shop", items });
    });

    test("every other byte of a body is as it was", async () => {
      const body = '{ "a":1e400, "openid" :"o-alice-live","b":"\\u00e9",\n"openid":"o-alice-live"}';
      const headers = { "content-type": "application/json" };
      const seen = await ask("/raw", { method: "POST", headers, body });
      assert.equal((await seen.json()).body, body.replaceAll("o-alice-live", "o-alice-shop"));
    });

    test("forms are read with the shop's ids", async () => {
      const seen = await (await posted("application/x-www-form-urlencoded", "openid=o-alice-live&friend=o-bob-live&x=+")).json();
      assert.deepEqual({ ...seen.body }, { openid: "o-alice-shop", friend: "o-bob-shop", x: " " });
    });

    test("a body that comes in chunks, packed, is swapped", async () => {
      const body = '{"openid":"o-alice-live"}';
      const codings = { gzip: gzipSync(body), br: brotliCompressSync(body) };
      for (const [coding, packed] of Object.entries(codings).filter(([coding]) => UNPACKS[name].includes(coding))) {
        const pieces = async function* () {
          for (const byte of packed) yield Buffer.from([byte]);
        };
        const init = { method: "POST", duplex: "half", body: ReadableStream.from(pieces()) };
        const seen = await (await ask("/orders", { ...init, headers: { "content-type": "application/json", "content-encoding": coding } })).json();
        assert.deepEqual(seen.body, { openid: "o-alice-shop" }, coding);
      }
    });

    test("bodies that cannot be looked into are refused", async () => {
      assert.deepEqual(await code(await posted("application/json", '{"openid":')), [400, "invalid_request"]);
      assert.deepEqual(await code(await posted("text/plain", "x")), [415, "unsupported_media_type"]);
      assert.deepEqual(await code(await posted("application/json; x", "{}")), [415, "unsupported_media_type"]);
      assert.deepEqual(await code(await posted("application/json", "x", { "content-encoding": "lzw" })), [415, "unsupported_media_type"]);
      assert.deepEqual(await code(await posted("application/json", "x", { "content-encoding": "gzip" })), [400, "invalid_request"]);
      assert.deepEqual(await code(await posted("application/json", '{"items":[{"openid":"o-nobody"}]}')), [400, "invalid_request"]);
      assert.deepEqual(await code(await posted("application/json", "")), [400, "invalid_request"]);
      assert.equal((await ask("/orders", { headers: { "content-type": "application/json" } })).status, 200);
      const bomb = gzipSync(Buffer.alloc(2 << 20, " "));
      assert.deepEqual(await code(await posted("application/json", bomb, { "content-encoding": "gzip" })), [413, "content_too_large"]);
    });

    test("a body over the limit is refused, announced or not", async () => {
      const headers = ["Authorization", `Bearer ${token}`, "Content-Type", "application/json"];
      const url = `${running.url}/orders`;
      const body = Buffer.alloc((1 << 20) + 1, " ");
      const announced = await byHand(url, { method: "POST", headers: [...headers, "Content-Length", String(body.length)] , body });
      assert.equal(announced.status, 413);
      const chunked = await byHand(url, { method: "POST", headers: [...headers, "Transfer-Encoding", "chunked"], body });
      assert.equal(chunked.status, 413);
    });

    test("an answer names the app's ids, byte for byte otherwise", async () => {
      const answer = await ask("/answers/json");
      assert.equal(await answer.text(), ANSWERS.json.body.replace("o-alice-shop", "o-alice-live").replace("o-bob-shop", "o-bob-live"));
      assert.equal(answer.headers.get("etag"), 'W/"1"');
      assert.equal(answer.headers.get("x-buyer"), "o-bob-live");
      assert.match(answer.headers.getSetCookie()[0], /^openid=o-alice-live;/);
    });

    test("JSON by the type of a page is swapped, and a page is not", async () => {
      assert.equal(await (await ask("/answers/php")).text(), ' {"openid":"o-bob-live"}');
      assert.equal(await (await ask("/answers/html")).text(), ANSWERS.html.body);
      assert.equal(await (await ask("/answers/empty")).text(), "");
    });

    test("an answer that cannot be swapped does not go out", async () => {
      for (const bad of ["stranger", "broken", "large"]) {
        const answer = await ask(`/answers/${bad}`);
        const text = await answer.text();
        assert.equal(answer.status, 502, bad);
        assert.equal(JSON.parse(text).error, "bad_gateway");
        assert.equal(answer.headers.get("set-cookie"), null);
        assert.ok(!text.includes("shop"), text);
      }
      assert.ok(refused.some(({ because }) => because?.includes("no counterpart")));
    });

    test("HEAD says nothing that would not be true", async () => {
      const answer = await ask("/answers/json", { method: "HEAD" });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("x-buyer"), "o-bob-live");
      assert.equal(answer.headers.get("etag"), 'W/"1"');
    });

    test("what streams goes on streaming", async () => {
      assert.equal(await (await ask("/stream")).text(), "first,second,third");
    });

    test("thousands of ids are asked for a thousand at a time, with the caller in the first", async () => {
      portico.asked.length = 0;
      for (let number = 0; number < 2500; number++) portico.people.push({ [LIVE]: `o-${number}-live`, [SHOP]: `o-${number}-shop` });
      const items = Array.from({ length: 2500 }, (_, number) => ({ openid: `o-${number}-live` }));
      const seen = await (await posted("application/json", JSON.stringify({ items }))).json();
      assert.equal(seen.body.items[2499].openid, "o-2499-shop");
      assert.deepEqual(portico.asked.map(({ count }) => count).sort(), [1000, 1000, 501]);
    });

    test("where Portico cannot be asked, nobody comes in", async () => {
      portico.isDown = true;
      const answer = await ask("/orders");
      portico.isDown = false;
      assert.equal(answer.headers.get("retry-after"), "1");
      assert.deepEqual(await code(answer), [503, "temporarily_unavailable"]);
    });

    test("without an agreement nothing is swapped either way", async () => {
      portico.agreements.delete(`${SHOP} ${LIVE}`);
      assert.equal((await ask("/answers/json")).status, 502);
      portico.agreements.delete(`${LIVE} ${SHOP}`);
      assert.equal((await ask("/orders")).status, 503);
      portico.agreements.add(`${SHOP} ${LIVE}`).add(`${LIVE} ${SHOP}`);
    });
  });
}

for (const [name, shop] of Object.entries(SHOPS)) {
  test(`${name}: a page in whose head nothing stands leaves, and the connection goes on`, async () => {
    const portico = await fakePortico();
    const running = await shop(portico.configuration({ response: { json: ROUTE.response.json } }));
    const headers = { authorization: `Bearer ${portico.launch()}` };
    for (const path of ["html", "php", "json", "html"]) {
      const answer = await fetch(`${running.url}/answers/${path}`, { headers, signal: AbortSignal.timeout(5000) });
      assert.equal(answer.headers.get("etag"), 'W/"1"', "what goes out may change while the shop's bytes do not");
      assert.equal(await answer.text(), ANSWERS[path].body.replace("o-alice-shop\"", "o-alice-live\"").replace("o-bob-shop", "o-bob-live"));
    }
    await running.stop();
    await portico.stop();
  });
}

test("a refusal says in which part of the request it stands what may not", async (context) => {
  const portico = await fakePortico();
  context.after(() => portico.stop());
  const running = await SHOPS["node:http"](portico.configuration(ROUTE));
  context.after(() => running.stop());
  const said = async (path, headers = {}, body) => {
    const own = { authorization: `Bearer ${portico.launch()}`, "content-type": "application/json" };
    const answer = await fetch(`${running.url}${path}`, { method: body ? "POST" : "GET", body, headers: { ...own, ...headers } });
    return (await answer.json()).error_description;
  };
  const other = "names somebody else where only the caller may be named";
  const unknown = "names an OpenID that is not known here";
  assert.equal(await said("/users/o-bob-live"), `the path ${other}`);
  assert.equal(await said("/x?openid=o-bob-live"), `the query ${other}`);
  assert.equal(await said("/x?friend=nobody"), `the query ${unknown}`);
  assert.equal(await said("/x", { "X-Me": "o-bob-live" }), `the header x-me ${other}`);
  assert.equal(await said("/x", { cookie: "a=1; me=o-bob-live" }), `the header cookie ${other}`);
  assert.equal(await said("/x", {}, '{"openid":"o-bob-live"}'), `the body ${other}`);
  assert.equal(await said("/x", {}, '{"items":[{"openid":"nobody"}]}'), `the body ${unknown}`);
  assert.equal(await said("/x", {}, '{"items":[{"openid":1}]}'), "the body has something other than an OpenID where one belongs");
});

test("where the app has no origins an answer is the same for all of them", async (context) => {
  const portico = await fakePortico();
  context.after(() => portico.stop());
  const { apps: [{ origins, ...live }, ...others], ...rest } = portico.configuration({});
  assert.equal(origins.length, 1);
  const running = await SHOPS["node:http"]({ ...rest, apps: [live, ...others] });
  context.after(() => running.stop());
  const headers = { authorization: `Bearer ${portico.launch()}`, origin: origins[0] };
  const answer = await fetch(`${running.url}/answers/html`, { headers });
  assert.deepEqual([answer.status, answer.headers.get("vary"), answer.headers.get("access-control-allow-origin")], [200, null, null]);
  await answer.arrayBuffer();
});

test("a header of several lines that is given with the head goes out whole, in turn or in a pair", async (context) => {
  const portico = await fakePortico();
  context.after(() => portico.stop());
  const lines = ["a=1", "b=2"];
  const shop = (request, response) => {
    response.writeHead(200, request.url === "/turn" ? ["x-a", "1", "set-cookie", lines] : [["x-a", "1"], ["set-cookie", lines]]);
    response.end();
  };
  const server = createServer(inFront(portico.configuration({}), shop)).listen(0, "127.0.0.1");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  for (const path of ["/turn", "/pair"]) {
    const headers = { authorization: `Bearer ${portico.launch()}` };
    const answer = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { headers });
    assert.deepEqual([answer.headers.get("x-a"), answer.headers.getSetCookie()], ["1", lines], path);
  }
});

test("what stands behind a body is gone, whether that is looked into or not", async (context) => {
  const portico = await fakePortico();
  context.after(() => portico.stop());
  for (const keys of [{}, { self: { json: ["/openid"] } }]) {
    const shop = async (request, response) => {
      const body = (await buffer(request)).toString();
      const { trailers, rawTrailers, trailersDistinct, headers } = request;
      response.end(JSON.stringify({ body, trailers, rawTrailers, trailersDistinct, announced: headers.trailer }));
    };
    const server = createServer(inFront(portico.configuration(keys), shop)).listen(0, "127.0.0.1");
    context.after(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, "listening");
    const headers = { authorization: `Bearer ${portico.launch()}`, "content-type": "application/json", trailer: "X-WX-OPENID" };
    const request = send({ port: server.address().port, host: "127.0.0.1", method: "POST", headers });
    request.write('{"openid":');
    request.addTrailers({ "X-WX-OPENID": "evil" });
    request.end('"o-alice-live"}');
    const [answer] = await once(request, "response");
    const seen = JSON.parse(await buffer(answer));
    const body = `{"openid":"${keys.self ? "o-alice-shop" : "o-alice-live"}"}`;
    assert.deepEqual(seen, { body, trailers: {}, rawTrailers: [], trailersDistinct: {} });
  }
});

test("a form of parts reaches multer with the shop's ids, and its file as it was", async () => {
  const portico = await fakePortico();
  const app = express();
  app.use(middleware(portico.configuration({ self: { form: ["openid"] }, any: { form: ["friend"] } })));
  app.post("/", multer().any(), (request, response) => {
    const [{ fieldname, originalname, buffer }] = request.files;
    response.json({ ...request.body, fieldname, originalname, file: buffer.toString("latin1") });
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  const sent = async (openid, friend) => {
    const form = new FormData();
    form.set("openid", openid);
    form.set("friend", friend);
    form.set("picture", new Blob([Uint8Array.from([0, 255, 13, 10, 45, 45]), "o-alice-live"]), "ö.png");
    const headers = { authorization: `Bearer ${portico.launch()}` };
    return fetch(url, { method: "POST", body: form, headers });
  };
  const { originalname, ...seen } = await (await sent("o-alice-live", "o-bob-live")).json();
  assert.deepEqual(seen, { openid: "o-alice-shop", friend: "o-bob-shop", fieldname: "picture", file: "\0\xff\r\n--o-alice-live" });
  assert.ok(originalname.endsWith(".png"));
  assert.equal((await sent("o-bob-live", "o-bob-live")).status, 403);
  assert.equal((await sent("o-alice-live", "o-nobody")).status, 400);
  server.closeAllConnections();
  server.close();
  await portico.stop();
});

test("what is not looked into streams both ways, however long", async () => {
  const portico = await fakePortico();
  const listener = async (request, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream", "X-Buyer": "o-bob-shop" });
    await pipeline(request, response);
  };
  const route = { self: { query: ["openid"] }, response: { header: ["X-Buyer"], json: ["/openid"] } };
  const server = createServer(inFront(portico.configuration(route), listener)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const pieces = async function* () {
    for (let piece = 0; piece < 256; piece++) yield Buffer.alloc(1 << 16, piece);
  };
  const headers = { authorization: `Bearer ${portico.launch()}` };
  const body = ReadableStream.from(pieces());
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: "POST", duplex: "half", body, headers });
  assert.equal(answer.headers.get("x-buyer"), "o-bob-live");
  const [came, sent] = [createHash("sha256"), createHash("sha256")];
  for await (const piece of answer.body) came.update(piece);
  for await (const piece of pieces()) sent.update(piece);
  assert.equal(came.digest("hex"), sent.digest("hex"));
  server.closeAllConnections();
  server.close();
  await portico.stop();
});

test("mounted below a path, and behind a reader of the body, Express is told what is wrong or right", async () => {
  const portico = await fakePortico();
  const app = express();
  app.use("/parsed", express.json(), middleware(portico.configuration({ self: { json: ["/openid"] } })));
  app.use("/shop", middleware(portico.configuration({ path: "/shop", self: { path: ["/shop/users/{openid}"] } })));
  app.get("/shop/users/:id", (request, response) => response.json([request.params.id, request.originalUrl]));
  app.use((error, request, response, next) => response.status(500).json(error.message));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  const headers = { authorization: `Bearer ${portico.launch()}`, "content-type": "application/json" };
  const seen = await fetch(`${url}/shop/users/o-alice-live?x=1`, { headers });
  assert.deepEqual(await seen.json(), ["o-alice-shop", "/shop/users/o-alice-shop?x=1"]);
  assert.equal((await fetch(`${url}/SHOP/users/o-bob-live`, { headers })).status, 403);
  const late = await fetch(`${url}/parsed`, { method: "POST", body: '{"openid":"o-bob-live"}', headers });
  assert.match(await late.json(), /before every body parser/);
  server.closeAllConnections();
  server.close();
  await portico.stop();
});

test("Fastify over HTTP/2 is refused where it is made", async () => {
  const portico = await fakePortico();
  assert.throws(() => serverFactory(portico.configuration({}))(() => {}, { http2: true }), /HTTP\/2/);
  await portico.stop();
});

test("an answer that Express packs is swapped in its coding", async () => {
  const portico = await fakePortico();
  const running = await SHOPS["express 5"](portico.configuration(ROUTE));
  const headers = ["Authorization", `Bearer ${portico.launch()}`, "Accept-Encoding", "zstd, gzip"];
  const answer = await byHand(`${running.url}/answers/json/packed`, { headers });
  assert.equal(answer.headers["content-encoding"], "gzip");
  assert.match(gunzipSync(answer.body).toString(), /"o-alice-live"/);
  await running.stop();
  await portico.stop();
});
