// One small shop, written for each framework as its users would. It knows nothing of Portico but one line.

import { createServer } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import bodyParser from "body-parser";
import compression from "compression";
import express from "express";
import express4 from "express4";
import fastify from "fastify";
import Koa from "koa";
import koaBody from "koa-bodyparser";

import { gateway as forExpress } from "../../dist/express.js";
import { gateway as forFastify } from "../../dist/fastify.js";
import { gateway as forHttp } from "../../dist/http.js";
import { gateway as forKoa } from "../../dist/koa.js";

/** Names of headers that do not tell anything about the request. */
const OFF = new Set(["host", "connection", "user-agent", "accept", "accept-language", "sec-fetch-mode", "accept-encoding"]);

const seen = ({ method, headers, url }, query, body) => ({
  method, url, query, body,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OFF.has(name))),
});

/** What the shop says at `/answers/…`: each by the name of the last segment. */
export const ANSWERS = {
  json: { type: "application/json", body: '{ "openid" : "o-alice-shop",\n "items":[{"openid":"o-bob-shop"}], "n":1e400 }' },
  html: { type: "text/html; charset=utf-8", body: "<p>o-alice-shop</p>" },
  php: { type: "text/html", body: ' {"openid":"o-bob-shop"}' },
  stranger: { type: "application/json", body: '{"openid":"o-dave-shop"}' },
  broken: { type: "application/json", body: '{"openid":' },
  large: { type: "application/json", body: JSON.stringify({ openid: "o-alice-shop", x: "y".repeat(2 << 20) }) },
  empty: { type: "application/json", body: "" },
  /** Says itself who may read it. */
  named: { type: "text/plain", body: "for all", more: { "access-control-allow-origin": "*" } },
  /** Says itself by what it is another. */
  varied: { type: "text/plain", body: "for some", more: { vary: "Accept" } },
  aware: { type: "text/plain", body: "for some", more: { vary: "accept, origin" } },
};

function expressShop(make, json) {
  return async (configuration, options) => {
    const app = make();
    app.use(forExpress(configuration, options));
    app.use(compression({ threshold: 0, filter: (request) => request.path.endsWith("/packed") }));
    app.get(["/answers/:name", "/answers/:name/packed"], (request, response) => {
      const { type, body, more } = ANSWERS[request.params.name];
      response.set({ "content-type": type, etag: '"1"', "x-buyer": "o-bob-shop", ...more });
      response.cookie("openid", "o-alice-shop", { encode: String }).end(body);
    });
    app.get("/stream", (request, response) => stream(response));
    app.use("/raw", async (request, response) => response.json({ body: (await buffer(request)).toString() }));
    app.use(json, make.urlencoded({ extended: true, type: "application/x-www-form-urlencoded" }));
    app.use((request, response) => response.json(seen(request, request.query, request.body)));
    return listening(createServer(app));
  };
}

async function stream(response) {
  response.setHeader("content-type", "text/plain");
  Readable.from(["first,", "second,", "third"]).pipe(response);
}

async function koaShop(configuration, options) {
  const app = new Koa();
  app.use(forKoa(configuration, options));
  app.use(async (context, next) => {
    const [, place, name] = context.path.split("/");
    if (place === "answers") {
      const { type, body, more } = ANSWERS[name];
      context.set({ "content-type": type, etag: '"1"', "x-buyer": "o-bob-shop", "set-cookie": "openid=o-alice-shop; path=/", ...more });
      context.body = name === "empty" ? Buffer.alloc(0) : Readable.from([Buffer.from(body)]);
    } else if (place === "stream") {
      context.type = "text/plain";
      context.body = Readable.from(["first,", "second,", "third"].map((one) => Buffer.from(one)));
    } else if (place === "raw") {
      context.body = { body: (await buffer(context.req)).toString() };
    } else {
      await next();
    }
  });
  app.use(koaBody());
  app.use((context) => (context.body = seen(context.request, { ...context.query }, context.request.body)));
  app.silent = true;
  return listening(app.listen(0, "127.0.0.1"));
}

async function fastifyShop(configuration, options) {
  const app = fastify({ serverFactory: forFastify(configuration, options) });
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body))));
  app.get("/answers/:name", (request, reply) => {
    const { type, body, more } = ANSWERS[request.params.name];
    reply.headers({ "content-type": type, etag: '"1"', "x-buyer": "o-bob-shop", "set-cookie": "openid=o-alice-shop; path=/", ...more });
    return reply.send(Readable.from(body === "" ? [] : [Buffer.from(body)]));
  });
  app.get("/stream", (request, reply) => reply.type("text/plain").send(Readable.from(["first,", "second,", "third"])));
  app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser("*", { parseAs: "string" }, (request, body, done) => done(null, body));
    raw.post("/raw", async ({ body }) => ({ body }));
  });
  app.all("/*", async (request) => seen(request, { ...request.query }, request.body ?? {}));
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { url: `http://127.0.0.1:${app.server.address().port}`, stop: () => app.close() };
}

async function httpShop(configuration, options) {
  const listener = async (request, response) => {
    const url = new URL(request.url, "http://shop");
    const [, place, name] = url.pathname.split("/");
    if (place === "answers") {
      const { type, body, more = {} } = ANSWERS[name];
      const head = { "content-type": type, etag: '"1"', "x-buyer": "o-bob-shop", "set-cookie": "openid=o-alice-shop; path=/", ...more };
      response.writeHead(200, Object.entries(head).flat());
      for (const piece of body.match(/[^]{1,65536}/g) ?? []) response.write(piece);
      response.end();
      return;
    }
    if (place === "stream") return stream(response);
    const body = (await buffer(request)).toString();
    const isJson = body !== "" && request.headers["content-type"] === "application/json";
    const parsed = place === "raw" ? body : isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(place === "raw" ? { body } : seen(request, Object.fromEntries(url.searchParams), parsed)));
  };
  return listening(createServer(forHttp(configuration, listener, options)));
}

async function listening(server) {
  if (!server.listening) await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const loose = (make) => make.json({ strict: false });

/** Every way in which the middleware is used. */
export const SHOPS = {
  "express 5": expressShop(express, loose(express)),
  "express 4": expressShop(express4, loose(express4)),
  "express with body-parser": expressShop(express, bodyParser.json({ inflate: true })),
  koa: koaShop,
  fastify: fastifyShop,
  "node:http": httpShop,
};
