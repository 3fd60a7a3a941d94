export class Failure extends Error {
}
export class TokenMissing extends Failure {
    name = "TokenMissing";
    code = "token_missing";
    status = 401;
    constructor() {
        super("The request brings no launch token.");
    }
}
export class InvalidToken extends Failure {
    name = "InvalidToken";
    code = "invalid_token";
    status = 401;
    constructor() {
        super("The token is not good.");
    }
}
export class Unavailable extends Failure {
    name = "Unavailable";
    code = "temporarily_unavailable";
    status = 503;
    retryAfter = 1;
    constructor(because) {
        super(`Portico cannot be asked: ${because}`);
    }
}
export class InsufficientScope extends Failure {
    missing;
    name = "InsufficientScope";
    code = "insufficient_scope";
    status = 403;
    withdrawn = false;
    constructor(missing) {
        super(`The token does not open ${missing.join(" ")}.`);
        this.missing = missing;
    }
}
export class ScopeWithdrawn extends InsufficientScope {
    name = "ScopeWithdrawn";
    withdrawn = true;
}
