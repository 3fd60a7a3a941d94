/** The error codes of what is answered in place of the app. */
export type Code = "access_denied" | "bad_gateway" | "content_too_large" | "insufficient_scope" | "invalid_client" | "invalid_origin" | "invalid_request" | "invalid_token" | "missing_token" | "not_found" | "temporarily_unavailable" | "unsupported_media_type";
/**
 * A request that goes no further, or an answer that does not go out.
 *
 * `message` may leave the house; `because` may only be logged. Neither holds a token or an OpenID.
 */
export declare class Refused extends Error {
    /** The error code of the answer's JSON body. */
    readonly code: Code;
    /** What happened, for the log. */
    readonly because: string | undefined;
    /** The scopes that are missing, for `WWW-Authenticate` (RFC 6750 §3). */
    readonly missing: readonly string[];
    /** The status of the answer. */
    readonly status: number;
    /** `status` is there where the code's usual one does not say it. */
    constructor(code: Code, message: string, more?: {
        because?: string;
        missing?: readonly string[];
        status?: number;
    });
}
/**
 * The headers and the body of the answer to a request that is refused: a challenge with 401 and 403 (RFC 6750 §3), with
 * 405 what is allowed, and with 503 when to come again.
 */
export declare function refusal(refused: Refused): {
    headers: [string, string][];
    body: string;
};
