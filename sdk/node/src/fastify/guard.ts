import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { answerTo, type Answer } from "../back-end/answer.js";
import { Failure } from "../back-end/failure.js";
import type { LoggedOut } from "../back-end/logout.js";
import type { Portico } from "../back-end/portico.js";
import type { Validated } from "../back-end/validated.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls. It is there behind {@link requireScopes}. */
    portico: Validated;
  }
}

/**
 * A guard for Fastify, as an `onRequest` or `preHandler` hook: lets in who brings a good launch token with all of these
 * scopes, as `request.portico`. It answers everybody else: 401, 403 or 503, see {@link answerTo}.
 */
export function requireScopes(portico: Portico, ...scopes: readonly string[]) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    try {
      request.portico = await portico.authorize(request.headers.authorization, ...scopes);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return respond(reply, answerTo(error));
    }
  };
}

/** What the plugin of {@link backChannelLogout} is told. */
export interface LogoutOptions {
  /** The path of the app's `backchannel_logout_uri`. */
  readonly path: string;
  /** Ends what the app keeps for the session. */
  readonly ended: (who: LoggedOut) => unknown;
}

/**
 * The receiver of Back-Channel Logout for Fastify, as a plugin: `app.register(backChannelLogout(portico, { path, ended }))`.
 * It brings its own parser for forms. See {@link Portico.receiveLogout}.
 */
export function backChannelLogout(portico: Portico, { path, ended }: LogoutOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    // Whatever the parsers of the app make of it, the form is read here, and anything else is refused here.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
    app.post(path, async (request, reply) => {
      const body = typeof request.body === "string" ? request.body : "";
      return respond(reply, await portico.receiveLogout(request.headers["content-type"], body, ended));
    });
  };
}

function respond(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers({ ...headers }).send(body);
}
