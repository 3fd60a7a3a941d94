import type { Environment } from "./environment.js";
import { PorticoError } from "./errors.js";
import type { Fields } from "./fields.js";
/**
 * One request without cookies.
 *
 * @throws {@link Unreachable} when there is no answer, or one that asks to come back later (429, 5xx).
 */
export declare function request(env: Environment, url: string, init?: RequestInit): Promise<Response>;
/** The JSON object in `response`, or an empty one. */
export declare function jsonObject(response: Response): Promise<Fields>;
/** The error behind an answer that is not 2xx (RFC 6749 §5.2, RFC 9457). */
export declare function refusal(response: Response, body: Fields): PorticoError;
/** The address of one of the issuer's own paths. */
export declare const at: (issuer: string, path: string) => string;
/** What discovery announces (OpenID Connect Discovery 1.0 §3), as far as this package uses it. */
export interface Metadata {
    readonly issuer: string;
    readonly authorization_endpoint: string;
    readonly token_endpoint: string;
    readonly revocation_endpoint: string;
    readonly userinfo_endpoint: string;
}
/**
 * Reads the issuer's `/.well-known/openid-configuration`.
 *
 * @throws {@link PorticoError} `invalid_issuer` when the document names another issuer.
 */
export declare function discover(env: Environment, issuer: string): Promise<Metadata>;
