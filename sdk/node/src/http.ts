import type { RequestListener } from "node:http";

import type { Configuration } from "./configuration/file.js";
import { Gateway } from "./gateway.js";
import { handle, type Options } from "./node/handle.js";

/**
 * A listener for `http.createServer` in front of another one, which gets the requests that are let in.
 *
 * @throws {@link ConfigurationError}
 */
export function portico(configuration: Configuration, listener: RequestListener, options: Options = {}): RequestListener {
  const gateway = new Gateway(configuration);
  return (request, response) => {
    handle(gateway, options, request, response, request.url ?? "").then(
      (target) => {
        if (target === undefined) return;
        request.url = target;
        listener(request, response);
      },
      (error: unknown) => {
        response.statusCode = 500;
        response.end();
        process.emitWarning(error as Error);
      },
    );
  };
}
