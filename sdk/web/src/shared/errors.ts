import type { EndReason } from "./messages.js";

/**
 * Every error that this package throws. `code` is stable and meant for programs; `message` is for people who
 * develop, and never holds a token or personal data.
 */
export class PorticoError extends Error {
  /** A stable code in `snake_case`; an OAuth error code (RFC 6749 §5.2) where one applies. */
  readonly code: string;
  /** Whether the same call may succeed later without anything else having changed. */
  readonly retryable: boolean;

  constructor(code: string, message = code, retryable = false) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.name = new.target.name;
  }
}

/** The session is over: sign in again (host), or wait for a new launch (mini-program). */
export class SessionExpired extends PorticoError {
  readonly reason: EndReason;

  constructor(reason: EndReason = "expired") {
    super("session_expired", reason);
    this.reason = reason;
  }
}

/** No answer, or an answer that says "later" (429, 5xx). Nothing has changed; try again. */
export class Unreachable extends PorticoError {
  /** Seconds to wait before trying again, where the server named them (`Retry-After`). */
  readonly retryAfter: number | undefined;

  constructor(message?: string, retryAfter?: number) {
    super("temporarily_unavailable", message, true);
    this.retryAfter = retryAfter;
  }
}
