import type { IncomingMessage, ServerResponse } from "node:http";
import type { Configuration } from "./configuration/file.js";
import { type Options } from "./node/handle.js";
/** Express's middleware. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
/**
 * Middleware for Express 4 and 5: `app.use(portico(…))`, before every body parser.
 *
 * @throws {@link ConfigurationError}
 */
export declare function portico(configuration: Configuration, options?: Options): Middleware;
