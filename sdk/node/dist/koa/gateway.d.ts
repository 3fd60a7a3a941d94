import type { IncomingMessage, ServerResponse } from "node:http";
import type { Configuration } from "../configuration/file.js";
import type { Closing } from "../node/closing.js";
import { type Options } from "../node/handle.js";
/** What is used of Koa's context. */
interface Context {
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly request: {
        originalUrl: string;
    };
    originalUrl: string;
    respond?: boolean;
}
/** Koa's middleware. */
export type Middleware = (context: Context, next: () => Promise<unknown>) => Promise<void>;
/**
 * Middleware for Koa: `app.use(gateway(…))`, before every body parser. Its `close` lets go of its connections to
 * Portico, which keep no process alive.
 *
 * @throws `ConfigurationError`
 */
export declare function gateway(configuration: Configuration, options?: Options): Middleware & Closing;
export {};
