import type { Fields } from "../shared/fields.js";
import { type Metadata, type refusal } from "../shared/request.js";
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
 * @throws as {@link request}; by default a {@link PorticoError} with the answer's OAuth error code.
 */
export declare function post(host: Context, endpoint: "token_endpoint" | "revocation_endpoint", form: Form, refuse?: typeof refusal): Promise<Fields>;
/** A request's options; its headers are a plain object. */
export type Init = Omit<RequestInit, "headers"> & {
    readonly headers?: Readonly<Record<string, string>>;
};
/**
 * Asks one of Portico's own paths, such as `/v1/events`, with the person's token.
 *
 * @returns an answer that is 2xx.
 * @throws {@link SessionExpired}, also on 401, once a renewed token is refused too; {@link Unreachable};
 * {@link PorticoError} `not_signed_in`, or with the code of the answer.
 */
export declare function authorized(host: Context, path: string, init?: Init): Promise<Response>;
