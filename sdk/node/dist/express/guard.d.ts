import type { IncomingMessage, ServerResponse } from "node:http";
import type { LoggedOut } from "../back-end/logout.js";
import type { Portico } from "../back-end/portico.js";
import type { Validated } from "../back-end/validated.js";
declare global {
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
export declare function requireScopes(portico: Portico, ...scopes: readonly string[]): (request: IncomingMessage & {
    portico?: Validated;
}, response: ServerResponse, next: Next) => void;
/**
 * The receiver of Back-Channel Logout for Express 4 and 5: `app.post("/logout", backChannelLogout(portico, ended))`,
 * behind a body parser or before it. See {@link Portico.receiveLogout}.
 */
export declare function backChannelLogout(portico: Portico, ended: (who: LoggedOut) => unknown): (request: IncomingMessage & {
    body?: unknown;
}, response: ServerResponse, next: Next) => void;
export {};
