import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { LoggedOut } from "../back-end/logout.js";
import type { Portico } from "../back-end/portico.js";
import type { Validated } from "../back-end/validated.js";
declare module "fastify" {
    interface FastifyRequest {
        /** Who calls. It is there behind {@link requireScopes}. */
        portico: Validated;
    }
}
/**
 * A guard for Fastify, as an `onRequest` or `preHandler` hook: lets in who brings a good launch token with all of these
 * scopes, as `request.portico`. It answers everybody else: 401, 403 or 503, see {@link answerTo}.
 */
export declare function requireScopes(portico: Portico, ...scopes: readonly string[]): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | void>;
/** What the plugin of {@link backChannelLogout} is told. */
export interface LogoutOptions {
    /** The path of the app's `backchannel_logout_uri`. */
    readonly path: string;
    /** Ends what the app keeps for the session. */
    readonly ended: (who: LoggedOut) => unknown;
}
/**
 * The receiver of Back-Channel Logout for Fastify, as a plugin: `app.register(backChannelLogout(portico, { path, ended }))`.
 * It brings its own parser for forms. See {@link Portico.receiveLogout}.
 */
export declare function backChannelLogout(portico: Portico, { path, ended }: LogoutOptions): (app: FastifyInstance) => Promise<void>;
