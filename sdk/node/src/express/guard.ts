import type { IncomingMessage, ServerResponse } from "node:http";

import { answerTo } from "../back-end/answer.js";
import { Failure } from "../back-end/failure.js";
import type { LoggedOut } from "../back-end/logout.js";
import type { Portico } from "../back-end/portico.js";
import { formOf, send } from "../back-end/send.js";
import type { Validated } from "../back-end/validated.js";

declare global {
  // What Express's own types have their users extend.
  namespace Express {
    interface Request {
      /** Who calls. It is there behind {@link requireScopes}. */
      portico: Validated;
    }
  }
}

type Next = (error?: unknown) => void;

/**
 * A guard for Express 4 and 5: lets in who brings a good launch token with all of these scopes, as `request.portico`.
 * It answers everybody else: 401, 403 or 503, see {@link answerTo}.
 */
export function requireScopes(portico: Portico, ...scopes: readonly string[]) {
  return (request: IncomingMessage & { portico?: Validated }, response: ServerResponse, next: Next): void => {
    portico.authorize(request.headers.authorization, ...scopes).then(
      (validated) => {
        request.portico = validated;
        // Where somebody has answered meanwhile, as time-outs do, the app would answer once more.
        if (!response.headersSent) next();
      },
      (error: unknown) => {
        if (error instanceof Failure) send(response, answerTo(error));
        else next(error);
      },
    ).catch(next);
  };
}

/**
 * The receiver of Back-Channel Logout for Express 4 and 5: `app.post("/logout", backChannelLogout(portico, ended))`,
 * behind a body parser or before it. See {@link Portico.receiveLogout}.
 */
export function backChannelLogout(portico: Portico, ended: (who: LoggedOut) => unknown) {
  return (request: IncomingMessage & { body?: unknown }, response: ServerResponse, next: Next): void => {
    formOf(request, request.body)
      .then((body) => portico.receiveLogout(request.headers["content-type"], body ?? "", ended))
      .then((answer) => send(response, answer))
      .catch(next);
  };
}
