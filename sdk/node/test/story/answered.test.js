// A request that somebody else has answered meanwhile, as time-outs do.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import express from "express";
import express4 from "express4";
import fastify from "fastify";
import fastify4 from "fastify4";
import Koa from "koa";

import { Unavailable } from "../../dist/index.js";
import * as forExpress from "../../dist/express.js";
import * as forFastify from "../../dist/fastify.js";
import * as forKoa from "../../dist/koa.js";

/** Each app hands what answers in its place to `late`, and counts in `served` whom it has served all the same. */
function expressApp(make) {
  return ({ portico, late, served, problems }) => {
    const app = make();
    app.use((request, response, next) => {
      late(() => response.status(503).send("too late"));
      next();
    });
    app.get("/", forExpress.requireScopes(portico), (request, response) => response.json(served.push("app")));
    app.post("/logout", forExpress.backChannelLogout(portico, () => undefined));
    app.use((error, request, response, next) => problems.push(error));
    return createServer(app);
  };
}

function koaApp({ portico, late, served, problems }) {
  const app = new Koa({ env: "test" });
  app.on("error", (error) => problems.push(error));
  const guard = forKoa.requireScopes(portico);
  const receive = forKoa.backChannelLogout(portico, () => undefined);
  app.use((context) => {
    const inside = context.path === "/logout" ? receive(context) : guard(context, async () => (context.body = served.push("app")));
    inside.catch((error) => problems.push(error));
    const answered = new Promise((resolve) => late(resolve)).then(() => {
      context.status = 503;
      context.body = "too late";
    });
    return Promise.race([inside, answered]);
  });
  return createServer(app.callback());
}

function fastifyApp(make) {
  return async ({ portico, late, served, problems }) => {
    const app = make();
    app.addHook("onRequest", async (request, reply) => {
      late(() => {
        reply.hijack();
        reply.raw.writeHead(503).end("too late");
      });
    });
    app.addHook("onError", async (request, reply, error) => problems.push(error));
    app.get("/", { onRequest: forFastify.requireScopes(portico) }, async () => served.push("app"));
    app.register(forFastify.backChannelLogout(portico, { path: "/logout", ended: () => undefined }));
    await app.ready();
    return app.server;
  };
}

const APPS = {
  "express 5": expressApp(express), "express 4": expressApp(express4), koa: koaApp,
  "fastify 5": fastifyApp(fastify), "fastify 4": fastifyApp(fastify4),
};
const OUTCOMES = {
  "in vain": (asked) => asked.reject(new Unavailable("it is silent")),
  "and finds somebody": (asked) => asked.resolve({ userId: "ana" }),
};

for (const [name, make] of Object.entries(APPS)) {
  describe(`${name}: a request that was answered while Portico was asked goes no further, and ends nothing but itself`, () => {
    for (const [outcome, settle] of Object.entries(OUTCOMES)) {
      test(outcome, (context) => answered(context, make, "GET", "/", settle));
    }
    test("about a logout", (context) => answered(context, make, "POST", "/logout", (asked) =>
      asked.resolve({ status: 200, headers: { "cache-control": "no-store" }, body: "" })));
  });
}

async function answered(context, make, method, path, settle) {
  const [asked, begun] = [resolvers(), resolvers()];
  const asks = () => {
    begun.resolve();
    return asked.promise;
  };
  const [served, problems, unhandled] = [[], [], []];
  let answer;
  const server = await make({ portico: { authorize: asks, receiveLogout: asks }, late: (by) => (answer = by), served, problems });
  const hear = (error) => unhandled.push(error);
  process.on("unhandledRejection", hear);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    process.off("unhandledRejection", hear);
    server.closeAllConnections();
    server.close();
  });
  const headers = method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {};
  const answering = fetch(`http://127.0.0.1:${server.address().port}${path}`, { method, headers });
  await begun.promise;
  answer();
  const { status } = await answering;
  settle(asked);
  for (let turns = 0; turns < 10; turns++) await turn();
  assert.deepEqual([status, served, problems, unhandled], [503, [], [], []]);
}

function resolvers() {
  const both = {};
  both.promise = new Promise((resolve, reject) => Object.assign(both, { resolve, reject }));
  return both;
}
