export class Failure extends Error {
    constructor(name, message) {
        super(message);
        this.name = name;
    }
}
export class TokenMissing extends Failure {
    code = "token_missing";
    status = 401;
    constructor() {
        super("TokenMissing", "The request brings no launch token.");
    }
}
export class InvalidToken extends Failure {
    code = "invalid_token";
    status = 401;
    constructor() {
        super("InvalidToken", "The token is not good.");
    }
}
export class Unavailable extends Failure {
    code = "temporarily_unavailable";
    status = 503;
    retryAfter = 1;
    constructor(because) {
        super("Unavailable", `Portico cannot be asked: ${because}`);
    }
}
export class InsufficientScope extends Failure {
    code = "insufficient_scope";
    status = 403;
    withdrawn = false;
    missing;
    constructor(missing, name = "InsufficientScope") {
        super(name, `The token does not open ${missing.join(" ")}.`);
        this.missing = missing;
    }
}
export class ScopeWithdrawn extends InsufficientScope {
    withdrawn = true;
    constructor(missing) {
        super(missing, "ScopeWithdrawn");
    }
}
