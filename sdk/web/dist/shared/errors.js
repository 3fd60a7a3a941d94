export class PorticoError extends Error {
    constructor(code, message = code) {
        super(message);
        this.retryable = false;
        this.code = code;
        this.name = new.target.name;
    }
}
export class SessionExpired extends PorticoError {
    constructor(reason) {
        super("session_expired", reason);
        this.reason = reason;
    }
}
export class Unreachable extends PorticoError {
    constructor(message, retryAfter) {
        super("temporarily_unavailable", message);
        this.retryable = true;
        this.retryAfter = retryAfter;
    }
}
