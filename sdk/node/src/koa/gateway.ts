import type { IncomingMessage, ServerResponse } from "node:http";

import type { Configuration } from "../configuration/file.js";
import { Gateway } from "../gateway.js";
import type { Closing } from "../node/closing.js";
import { handle, type Options } from "../node/handle.js";

/** What is used of Koa's context. */
interface Context {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: { originalUrl: string };
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
export function gateway(configuration: Configuration, options: Options = {}): Middleware & Closing {
  const inside = new Gateway(configuration);
  const middleware: Middleware = async (context, next) => {
    const { req, res } = context;
    const target = await handle(inside, options, req, res, req.url ?? "");
    if (target === undefined) {
      context.respond = false;
      return;
    }
    req.url = context.originalUrl = context.request.originalUrl = target;
    await next();
  };
  return Object.assign(middleware, { close: () => inside.close() });
}
