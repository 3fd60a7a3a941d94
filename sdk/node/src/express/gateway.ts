import type { IncomingMessage, ServerResponse } from "node:http";

import type { Configuration } from "../configuration/file.js";
import { Gateway } from "../gateway.js";
import type { Closing } from "../node/closing.js";
import { handle, type Options } from "../node/handle.js";

/** What Express adds to a request, as far as it is used here. */
interface ExpressRequest extends IncomingMessage {
  originalUrl?: string;
  baseUrl?: string;
  query?: unknown;
  app?: { get(name: string): unknown };
}

/** Express's middleware. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Middleware for Express 4 and 5: `app.use(gateway(…))`, before every body parser. Its `close` lets go of its
 * connections to Portico, which keep no process alive.
 *
 * @throws `ConfigurationError`
 */
export function gateway(configuration: Configuration, options: Options = {}): Middleware & Closing {
  const inside = new Gateway(configuration);
  const middleware: Middleware = (request: ExpressRequest, response, next) => {
    const target = request.originalUrl ?? request.url ?? "";
    handle(inside, options, request, response, target).then((swapped) => {
      if (swapped === undefined) return;
      readdress(request, swapped);
      next();
    }).catch(next);
  };
  return Object.assign(middleware, { close: () => inside.close() });
}

/** Gives a request another target: below where the middleware was mounted, and where Express keeps what it was. */
function readdress(request: ExpressRequest, target: string): void {
  const base = request.baseUrl ?? "";
  if (!target.startsWith(base)) throw new Error(`an OpenID stands in \`${base}\`: use Portico's middleware above it`);
  const below = target.slice(base.length);
  request.originalUrl = target;
  request.url = below.startsWith("/") ? below : `/${below}`;
  // Express 4 has read the query before any middleware; Express 5 reads it when it is asked for.
  const parse = request.app?.get("query parser fn");
  if (Object.hasOwn(request, "query") && typeof parse === "function") {
    request.query = (parse as (text: string) => unknown)(target.split("?").slice(1).join("?"));
  }
}
