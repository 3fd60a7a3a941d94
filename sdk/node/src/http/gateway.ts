import type { RequestListener } from "node:http";

import type { Configuration } from "../configuration/file.js";
import { Gateway } from "../gateway.js";
import type { Closing } from "../node/closing.js";
import { handle, type Options } from "../node/handle.js";

/**
 * A listener for `http.createServer` in front of another one, which gets the requests that are let in. Its `close`
 * lets go of its connections to Portico, which keep no process alive.
 *
 * @throws `ConfigurationError`
 */
export function gateway(
  configuration: Configuration,
  listener: RequestListener,
  options: Options = {},
): RequestListener & Closing {
  const inside = new Gateway(configuration);
  const inFront: RequestListener = (request, response) => {
    handle(inside, options, request, response, request.url ?? "").then(
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
  return Object.assign(inFront, { close: () => inside.close() });
}
