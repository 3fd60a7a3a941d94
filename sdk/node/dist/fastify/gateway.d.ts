import { type RequestListener, type Server } from "node:http";
import type { Configuration } from "../configuration/file.js";
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
export declare function gateway(configuration: Configuration, options?: Options): (handler: RequestListener, given: FastifyOptions) => Server;
export {};
