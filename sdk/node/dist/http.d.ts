import type { RequestListener } from "node:http";
import type { Configuration } from "./configuration/file.js";
import { type Options } from "./node/handle.js";
/**
 * A listener for `http.createServer` in front of another one, which gets the requests that are let in.
 *
 * @throws {@link ConfigurationError}
 */
export declare function portico(configuration: Configuration, listener: RequestListener, options?: Options): RequestListener;
