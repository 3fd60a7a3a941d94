import { createServer as createHttp, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createHttps, type ServerOptions as TlsOptions } from "node:https";

import type { Configuration } from "../configuration/file.js";
import { gateway as inFront } from "../http/gateway.js";
import type { Options } from "../node/handle.js";

/** What is used of Fastify's own options. */
interface FastifyOptions {
  readonly http?: unknown;
  readonly https?: unknown;
  readonly http2?: unknown;
  readonly keepAliveTimeout?: number;
  readonly requestTimeout?: number;
  readonly maxRequestsPerSocket?: number;
}

/**
 * Fastify's `serverFactory`: `fastify({ serverFactory: gateway(…) })`. It stands in front of Fastify's router, so that
 * hooks, parameters, the query and the body are all of the swapped request; what `app.inject` sends does not pass it.
 *
 * @throws `ConfigurationError`
 */
export function gateway(configuration: Configuration, options: Options = {}) {
  return (handler: RequestListener, given: FastifyOptions): Server => {
    if (given.http2) throw new Error("HTTP/2 is not understood here: put a proxy in front that ends it");
    const listener = inFront(configuration, handler, options);
    const server = given.https
      ? createHttps(given.https as TlsOptions, listener)
      : createHttp((given.http ?? {}) as ServerOptions, listener);
    if (given.keepAliveTimeout !== undefined) server.keepAliveTimeout = given.keepAliveTimeout;
    if (given.requestTimeout !== undefined) server.requestTimeout = given.requestTimeout;
    if (given.maxRequestsPerSocket) server.maxRequestsPerSocket = given.maxRequestsPerSocket;
    server.once("close", () => listener.close());
    return server;
  };
}
