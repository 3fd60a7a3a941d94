import type { IncomingMessage } from "node:http";

import { answerTo, type Answer } from "../back-end/answer.js";
import { Failure } from "../back-end/failure.js";
import type { LoggedOut } from "../back-end/logout.js";
import type { Portico } from "../back-end/portico.js";
import { formOf } from "../back-end/send.js";
import type { Validated } from "../back-end/validated.js";

/** What is used of Koa's context. */
interface Context {
  readonly req: IncomingMessage;
  readonly request: object;
  readonly headerSent: boolean;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
}

/** What {@link requireScopes} leaves in `context.state`. */
export interface PorticoState {
  /** Who calls. */
  portico: Validated;
}

/** Koa's middleware. */
type Middleware = (context: Context & { state: PorticoState }, next: () => Promise<unknown>) => Promise<void>;

/**
 * A guard for Koa: lets in who brings a good launch token with all of these scopes, as `context.state.portico`. It
 * answers everybody else: 401, 403 or 503, see {@link answerTo}.
 */
export function requireScopes(portico: Portico, ...scopes: readonly string[]): Middleware {
  return async (context, next) => {
    try {
      context.state.portico = await portico.authorize(context.req.headers.authorization, ...scopes);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return respond(context, answerTo(error));
    }
    // Where somebody has answered meanwhile, as time-outs do, the app would answer once more.
    if (!context.headerSent) await next();
  };
}

/**
 * The receiver of Back-Channel Logout for Koa, behind a body parser or before it. See {@link Portico.receiveLogout}.
 */
export function backChannelLogout(portico: Portico, ended: (who: LoggedOut) => unknown) {
  return async (context: Context): Promise<void> => {
    const body = await formOf(context.req, (context.request as { body?: unknown }).body);
    respond(context, await portico.receiveLogout(context.req.headers["content-type"], body ?? "", ended));
  };
}

function respond(context: Context, { status, headers, body }: Answer): void {
  context.body = body;
  // After the body, which has Koa guess a type.
  context.status = status;
  context.set({ ...headers });
}
