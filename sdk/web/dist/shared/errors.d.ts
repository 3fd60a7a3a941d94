import type { EndReason } from "./messages.js";
/**
 * Every error that this package throws. `code` is stable and meant for programs; `message` is for people who
 * develop, and never holds a token or personal data.
 */
export declare class PorticoError extends Error {
    /** A stable code in `snake_case`; an OAuth error code (RFC 6749 §5.2) where one applies. */
    readonly code: string;
    /** Whether the same call may succeed later without anything else having changed. */
    readonly retryable: boolean;
    constructor(code: string, message?: string, retryable?: boolean);
}
/** The session is over: sign in again (host), or wait for a new launch (mini-program). */
export declare class SessionExpired extends PorticoError {
    readonly reason: EndReason;
    constructor(reason?: EndReason);
}
/** No answer, or an answer that says "later" (429, 5xx). Nothing has changed; try again. */
export declare class Unreachable extends PorticoError {
    /** Seconds to wait before trying again, where the server named them (`Retry-After`). */
    readonly retryAfter: number | undefined;
    constructor(message?: string, retryAfter?: number);
}
