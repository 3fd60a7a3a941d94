export class PorticoError extends Error {
    constructor(code, message = code, retryable = false) {
        super(message);
        this.code = code;
        this.retryable = retryable;
        this.name = new.target.name;
    }
}
export class SessionExpired extends PorticoError {
    constructor(reason = "expired") {
        super("session_expired", reason);
        this.reason = reason;
    }
}
export class Unreachable extends PorticoError {
    constructor(message, retryAfter) {
        super("temporarily_unavailable", message, true);
        this.retryAfter = retryAfter;
    }
}
