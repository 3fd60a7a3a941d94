// Guards and receivers in each framework, with and without the parsers that stand before them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { describe, test } from "node:test";

import express from "express";
import express4 from "express4";
import fastify from "fastify";
import fastify4 from "fastify4";
import Koa from "koa";
import koaBody from "koa-bodyparser";

import * as forExpress from "../../dist/express.js";
import * as forFastify from "../../dist/fastify.js";
import * as forKoa from "../../dist/koa.js";
import { staged, vectors } from "../support/vectors.js";

const logouts = vectors("logout");
const { token } = vectors("tokens").cases[0];

function expressApp(make, ...parsers) {
  return (portico, ended) => {
    const app = make();
    for (const parser of parsers) app.use(parser);
    app.get("/", forExpress.requireScopes(portico, "openid"), (request, response) => response.json(request.portico.userId));
    app.get("/kyc", forExpress.requireScopes(portico, "kyc.status"), (request, response) => response.json({}));
    app.post("/logout", forExpress.backChannelLogout(portico, ended));
    app.use((error, request, response, next) => response.status(500).json(error.message));
    return createServer(app);
  };
}

function koaApp(...parsers) {
  return (portico, ended) => {
    const app = new Koa({ env: "test" });
    for (const parser of parsers) app.use(parser);
    const guards = { "/": forKoa.requireScopes(portico, "openid"), "/kyc": forKoa.requireScopes(portico, "kyc.status") };
    const receive = forKoa.backChannelLogout(portico, ended);
    app.use((context) => {
      if (context.path === "/logout") return receive(context);
      return guards[context.path](context, async () => (context.body = JSON.stringify(context.state.portico.userId)));
    });
    return createServer(app.callback());
  };
}

function fastifyApp(make, prepare = () => undefined) {
  return async (portico, ended) => {
    const app = make();
    prepare(app);
    app.get("/", { onRequest: forFastify.requireScopes(portico, "openid") }, async (request, reply) => {
      reply.type("application/json");
      return JSON.stringify(request.portico.userId);
    });
    app.get("/kyc", { preHandler: forFastify.requireScopes(portico, "kyc.status") }, () => ({}));
    app.register(forFastify.backChannelLogout(portico, { path: "/logout", ended }));
    await app.ready();
    return app.server;
  };
}

const APPS = {
  "express 5": expressApp(express),
  "express 4": expressApp(express4),
  "express 5 behind its parsers": expressApp(express, express.json(), express.urlencoded({ extended: true })),
  "express 4 behind its parser of text": expressApp(express4, express4.text({ type: "*/*" })),
  "express 5 behind its parser of bytes": expressApp(express, express.raw({ type: "*/*" })),
  koa: koaApp(),
  "koa behind its parser": koaApp(koaBody()),
  "fastify 5": fastifyApp(fastify),
  "fastify 4": fastifyApp(fastify4),
  "fastify 5 with a parser of its own": fastifyApp(fastify, (app) =>
    app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (request, body, done) => done(null, { body }))),
};

test("programs that are CommonJS take it too", { skip: !process.features.require_module }, () => {
  const take = createRequire(import.meta.url);
  assert.equal(typeof take("@portico/node").createPortico, "function");
  for (const framework of ["express", "koa", "fastify"]) assert.equal(typeof take(`@portico/node/${framework}`).requireScopes, "function");
});

for (const [name, make] of Object.entries(APPS)) {
  describe(name, () => {
    async function running(context, ended = () => undefined) {
      const stage = staged(logouts);
      stage.keySet = () => vectors("keys").then;
      await stage.live();
      const server = await make(stage.portico, ended);
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const url = `http://127.0.0.1:${server.address().port}`;
      context.after(() => {
        stage.portico.close();
        server.closeAllConnections();
        server.close();
      });
      return { stage, url };
    }

    test("a guard lets in whom it should, and answers the rest", async (context) => {
      const { stage, url } = await running(context);
      const ask = (path, headers) => fetch(url + path, { headers });
      const authorization = `Bearer ${token}`;
      const answer = await ask("/", { authorization });
      assert.deepEqual([answer.status, await answer.json()], [200, (await stage.portico.validate(token)).userId]);
      const missing = await ask("/");
      assert.deepEqual([missing.status, missing.headers.get("www-authenticate")], [401, "Bearer"]);
      assert.match(missing.headers.get("content-type"), /^application\/json(;|$)/);
      const lacking = await ask("/kyc", { authorization });
      assert.deepEqual([lacking.status, await lacking.json()], [403, { error: "insufficient_scope", scope: "kyc.status", withdrawn: false }]);
      // Nothing is heard, and nobody can be asked.
      stage.clock.milliseconds = 2000;
      stage.isDown = true;
      const later = await ask("/", { authorization });
      assert.deepEqual([later.status, later.headers.get("retry-after"), await later.json()], [503, "1", { error: "temporarily_unavailable" }]);
    });

    test("every logout of the vectors is answered as it should be", async (context) => {
      const heard = [];
      const { url } = await running(context, (who) => heard.push(who));
      for (const { name: what, body, content_type = "application/x-www-form-urlencoded", status, told } of logouts.cases) {
        const answer = await fetch(`${url}/logout`, { method: "POST", headers: { "content-type": content_type }, body });
        assert.deepEqual([answer.status, answer.headers.get("cache-control")], [status, "no-store"], what);
        assert.equal(heard.splice(0).length, told ? 1 : 0, what);
      }
    });

    test("a logout ends its session here at once, and one that the app cannot end is to be sent again", async (context) => {
      const { stage, url } = await running(context, () => Promise.reject(new Error("the store is full")));
      await stage.portico.validate(token);
      const { body } = logouts.cases[0];
      const answer = await fetch(`${url}/logout`, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body });
      assert.deepEqual([answer.status, await answer.json()], [400, { error: "logout_failed" }]);
      assert.deepEqual(stage.problems, ["the store is full"]);
      assert.equal((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status, 401);
    });

    test("a body that is longer than any logout is refused", async (context) => {
      const { url } = await running(context);
      const body = `logout_token=${"x".repeat(80_000)}`;
      const answer = await fetch(`${url}/logout`, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body });
      assert.ok([400, 413].includes(answer.status), `${answer.status}`);
    });
  });
}
