/** What a failure's JSON body says in `error`. */
export type FailureCode = "insufficient_scope" | "invalid_token" | "temporarily_unavailable" | "token_missing";

/**
 * Why a request is not let in. `message` holds no token, secret or personal data.
 *
 * @see {@link answerTo} for the HTTP answer.
 */
export abstract class Failure extends Error {
  /** The `error` of the answer's JSON body. */
  abstract readonly code: FailureCode;
  /** The status of the answer. */
  abstract readonly status: 401 | 403 | 503;

  /** @internal */
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The request brings no token: 401 (RFC 6750 §3). */
export class TokenMissing extends Failure {
  readonly code = "token_missing";
  readonly status = 401;

  constructor() {
    super("TokenMissing", "The request brings no launch token.");
  }
}

/** The token is not good, whatever the cause: 401 `invalid_token` (RFC 6750 §3.1). */
export class InvalidToken extends Failure {
  readonly code = "invalid_token";
  readonly status = 401;

  constructor() {
    super("InvalidToken", "The token is not good.");
  }
}

/** Portico cannot be asked now, so nobody can be let in: 503 with `Retry-After`. */
export class Unavailable extends Failure {
  readonly code = "temporarily_unavailable";
  readonly status = 503;
  /** In how many seconds to ask again. */
  readonly retryAfter = 1;

  /** `because` is for the log. */
  constructor(because: string) {
    super("Unavailable", `Portico cannot be asked: ${because}`);
  }
}

/** The token does not open what was asked for: 403 `insufficient_scope` (RFC 6750 §3.1). */
export class InsufficientScope extends Failure {
  readonly code = "insufficient_scope";
  readonly status = 403;
  /** Whether everything that is missing was given with the token and has been withdrawn since. */
  readonly withdrawn: boolean = false;

  /** The scopes that were required and do not hold, in the order of the requirement. */
  readonly missing: readonly string[];

  constructor(missing: readonly string[], name = "InsufficientScope") {
    super(name, `The token does not open ${missing.join(" ")}.`);
    this.missing = missing;
  }
}

/**
 * The person gave the scope with this token and has withdrawn it since: be ready to go on with less.
 *
 * A launch leaves it out silently from now on; `requestPermission` in the front end asks the person again.
 */
export class ScopeWithdrawn extends InsufficientScope {
  override readonly withdrawn = true;

  constructor(missing: readonly string[]) {
    super(missing, "ScopeWithdrawn");
  }
}
