import type { Environment } from "./environment.js";
import { PorticoError } from "./errors.js";
import type { Fields } from "./fields.js";
/** Within which an answer has to be here. */
export declare const DEADLINE_MS = 30000;
/**
 * One request without cookies. Its answer is here to its end within 30 s; one with a `signal` of its own has no other
 * deadline, and its answer is here as far as its headers.
 *
 * @returns an answer that is 2xx.
 * @throws {@link Unreachable} when there is no answer, or one that asks to come back later (429, 5xx); else what `refuse`
 * makes of it.
 */
export declare function request(env: Environment, url: string, init?: RequestInit, refuse?: typeof refusal): Promise<Response>;
/** The JSON object in `response`, or an empty one. */
export declare function jsonObject(response: Response): Promise<Fields>;
/** The error behind an answer that is not 2xx (RFC 6749 §5.2, RFC 9457). */
export declare function refusal(body: Fields, status: number): PorticoError;
/** The same, where a token was brought: 401 speaks of that. */
export declare const tokenRefusal: typeof refusal;
/** The address of one of the issuer's own paths: whatever `path` is, the address is the issuer's. */
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
