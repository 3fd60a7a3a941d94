// Compiled and never run: the package as TypeScript users of each framework write it.

import express from "express";
import fastify from "fastify";
import Koa from "koa";
import { answerTo, createPortico, Failure, ScopeWithdrawn, type LoggedOut, type Portico, type Validated } from "@portico/node";
import * as forExpress from "@portico/node/express";
import * as forFastify from "@portico/node/fastify";
import * as forKoa from "@portico/node/koa";

const portico: Portico = createPortico({ issuer: "https://id.example", clientId: "org.example.taxi", clientSecret: "s" });
const ended = ({ sessionId, userId }: LoggedOut): void => console.log(sessionId, userId);

const app = express();
app.get("/rides", forExpress.requireScopes(portico, "profile.basic"), (request, response) => {
  const caller: Validated = request.portico;
  response.json({ userId: caller.userId, canCall: caller.has("phone.verified") });
});
app.post("/logout", forExpress.backChannelLogout(portico, ended));

const koa = new Koa<forKoa.PorticoState>();
koa.use(forKoa.requireScopes(portico));
koa.use((context) => {
  context.body = context.state.portico.allowedScopes;
});
new Koa().use(forKoa.backChannelLogout(portico, ended));

const server = fastify();
server.get("/rides", { onRequest: forFastify.requireScopes(portico, "openid") }, (request) => request.portico.expiresAt);
server.register(forFastify.backChannelLogout(portico, { path: "/logout", ended }));

try {
  (await portico.authorize("Bearer x")).require("phone.verified");
} catch (error) {
  if (error instanceof ScopeWithdrawn) console.log(error.missing, error.withdrawn satisfies true);
  if (error instanceof Failure) console.log(answerTo(error).headers["www-authenticate"]);
}

// @ts-expect-error Nobody but `createPortico` makes one.
new (await import("@portico/node")).Portico();
