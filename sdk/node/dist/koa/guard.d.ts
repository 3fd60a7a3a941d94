import type { IncomingMessage } from "node:http";
import type { LoggedOut } from "../back-end/logout.js";
import type { Portico } from "../back-end/portico.js";
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
type Middleware = (context: Context & {
    state: PorticoState;
}, next: () => Promise<unknown>) => Promise<void>;
/**
 * A guard for Koa: lets in who brings a good launch token with all of these scopes, as `context.state.portico`. It
 * answers everybody else: 401, 403 or 503, see {@link answerTo}.
 */
export declare function requireScopes(portico: Portico, ...scopes: readonly string[]): Middleware;
/**
 * The receiver of Back-Channel Logout for Koa, behind a body parser or before it. See {@link Portico.receiveLogout}.
 */
export declare function backChannelLogout(portico: Portico, ended: (who: LoggedOut) => unknown): (context: Context) => Promise<void>;
export {};
