import { PorticoError } from "../shared/errors.js";

/** Nobody is signed in: call `signIn()`. */
export class NotSignedIn extends PorticoError {
  constructor() {
    super("not_signed_in", "nobody is signed in");
  }
}

/** The sign-in did not come to a good end; `code` is the server's, or `state_mismatch`, `invalid_id_token`… */
export class SignInFailed extends PorticoError {}

/** The person has to be asked before this mini-program may be launched, and was not (or not to an end). */
export class ConsentRequired extends PorticoError {
  readonly appId: string;
  /** The scopes that have never been decided. */
  readonly scope: string;
  /** The page that asks. A secret: it goes to nobody but the person's browser. Ten minutes, once. */
  readonly consentUri: string;
  /** The request's id, for `GET` and `POST /v1/consents/{request}`. */
  readonly consentRequest: string;

  constructor(appId: string, scope: string, consentUri: string, consentRequest: string) {
    super("consent_required", `${appId} needs consent for: ${scope}`);
    this.appId = appId;
    this.scope = scope;
    this.consentUri = consentUri;
    this.consentRequest = consentRequest;
  }
}

/** The consent page came back without a decision, because its request was too old. Launch again. */
export class ConsentExpired extends PorticoError {
  readonly appId: string;

  constructor(appId: string) {
    super("consent_expired", `the consent request of ${appId} is too old`);
    this.appId = appId;
  }

  override get retryable(): boolean {
    return true;
  }
}

/** There is no such mini-program, or it is suspended. */
export class UnknownMiniProgram extends PorticoError {
  readonly appId: string;

  constructor(appId: string) {
    super("invalid_target", `there is no live mini-program ${appId}`);
    this.appId = appId;
  }
}
