export class PorticoError extends Error {
    code;
    constructor(code, message = code) {
        super(message);
        this.code = code;
        this.name = new.target.name;
    }
    get retryable() {
        return false;
    }
}
export class SessionExpired extends PorticoError {
    reason;
    constructor(reason) {
        super("session_expired", `the session is over: ${reason}`);
        this.reason = reason;
    }
}
export class AccessDenied extends PorticoError {
    constructor(message) {
        super("access_denied", message);
    }
}
export class Unreachable extends PorticoError {
    retryAfter;
    constructor(message, retryAfter) {
        super("temporarily_unavailable", message);
        this.retryAfter = retryAfter;
    }
    get retryable() {
        return true;
    }
}
