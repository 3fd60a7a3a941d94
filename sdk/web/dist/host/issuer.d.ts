import type { Fields } from "../shared/fields.js";
import { refusal, type Metadata } from "../shared/request.js";
import type { Context } from "./context.js";
/** Fields of a form or query; those that are `undefined` are left out. */
export type Form = Readonly<Record<string, string | undefined>>;
/** Writes what is set of `form` into `into`. */
export declare function fill(into: URLSearchParams, form: Form): URLSearchParams;
/** The discovery document, read once; a failure is not remembered. */
export declare function metadata(host: Context): Promise<Metadata>;
/**
 * Posts a form as this host.
 *
 * @throws what `refuse` makes of an answer that is not 2xx; a {@link PorticoError} with its OAuth error code.
 */
export declare function post(host: Context, endpoint: "token_endpoint" | "revocation_endpoint", form: Form, refuse?: typeof refusal): Promise<Fields>;
/** A request's options; its headers are a plain object. */
export type Init = Omit<RequestInit, "headers"> & {
    readonly headers?: Readonly<Record<string, string>>;
};
/**
 * Asks one of Portico's own paths, such as `/v1/events`, with the person's token.
 *
 * @throws {@link SessionExpired} on 401, once a renewed token is refused too; {@link PorticoError} `not_signed_in`;
 * {@link Unreachable}.
 */
export declare function authorized(host: Context, path: string, init?: Init): Promise<Response>;
