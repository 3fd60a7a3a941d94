import type { IncomingMessage, ServerResponse } from "node:http";
import type { Configuration } from "../configuration/file.js";
import type { Closing } from "../node/closing.js";
import { type Options } from "../node/handle.js";
/** Express's middleware. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
/**
 * Middleware for Express 4 and 5: `app.use(gateway(…))`, before every body parser. Its `close` lets go of its
 * connections to Portico, which keep no process alive.
 *
 * @throws `ConfigurationError`
 */
export declare function gateway(configuration: Configuration, options?: Options): Middleware & Closing;
