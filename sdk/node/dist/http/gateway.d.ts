import type { RequestListener } from "node:http";
import type { Configuration } from "../configuration/file.js";
import type { Closing } from "../node/closing.js";
import { type Options } from "../node/handle.js";
/**
 * A listener for `http.createServer` in front of another one, which gets the requests that are let in. Its `close`
 * lets go of its connections to Portico, which keep no process alive.
 *
 * @throws `ConfigurationError`
 */
export declare function gateway(configuration: Configuration, listener: RequestListener, options?: Options): RequestListener & Closing;
