import type { IncomingMessage, ServerResponse } from "node:http";
import type { Configuration } from "./configuration/file.js";
import { type Options } from "./node/handle.js";
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
 * Middleware for Koa: `app.use(portico(…))`, before every body parser.
 *
 * @throws {@link ConfigurationError}
 */
export declare function portico(configuration: Configuration, options?: Options): Middleware;
export {};
