import type { EndReason } from "./messages/messages";

/**
 * Every error that this package throws. `code` is stable and meant for programs; `message` is for people who develop,
 * and never holds a token or personal data.
 */
export class PorticoError extends Error {
  /** A stable code in `snake_case`; an OAuth error code (RFC 6749 §5.2) where one applies. */
  readonly code: string;

  constructor(code: string, message: string = code, name = "PorticoError") {
    super(message);
    this.code = code;
    this.name = name;
  }

  /** Whether the same call may succeed later without anything else having changed. */
  get retryable(): boolean {
    return false;
  }
}

/** The session is over: sign in again. */
export class SessionExpired extends PorticoError {
  /** Why, as far as this host knows. */
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super("session_expired", `the session is over: ${reason}`, "SessionExpired");
    this.reason = reason;
  }
}

/** The person, or the mini-program's operator, said no. */
export class AccessDenied extends PorticoError {
  constructor(message?: string) {
    super("access_denied", message, "AccessDenied");
  }
}

/** No answer, or an answer that says "later" (429, 5xx). Nothing has changed; try again. */
export class Unreachable extends PorticoError {
  /** Seconds to wait before trying again, where the server named them (`Retry-After`). */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super("temporarily_unavailable", message, "Unreachable");
    this.retryAfter = retryAfter;
  }

  override get retryable(): boolean {
    return true;
  }
}

/** Nobody is signed in: call `signIn()`. */
export class NotSignedIn extends PorticoError {
  constructor() {
    super("not_signed_in", "nobody is signed in", "NotSignedIn");
  }
}

/** The sign-in did not come to a good end; `code` is the server's, or `state_mismatch`, `invalid_id_token`… */
export class SignInFailed extends PorticoError {
  constructor(code: string, message?: string) {
    super(code, message, "SignInFailed");
  }
}

/** The person has to be asked before this mini-program may be launched, and was not (or not to an end). */
export class ConsentRequired extends PorticoError {
  /** The mini-program that was to be launched. */
  readonly appId: string;
  /** The scopes that have never been decided. */
  readonly scope: string;
  /** The page that asks. A secret: it goes to nobody but the person's browser. Ten minutes, once. */
  readonly consentUri: string;
  /** The request's id, for `GET` and `POST /v1/consents/{request}`. */
  readonly consentRequest: string;

  constructor(appId: string, scope: string, consentUri: string, consentRequest: string) {
    super("consent_required", `${appId} needs consent for: ${scope}`, "ConsentRequired");
    this.appId = appId;
    this.scope = scope;
    this.consentUri = consentUri;
    this.consentRequest = consentRequest;
  }
}

/** The consent page came back without a decision, because its request was too old. Launch again. */
export class ConsentExpired extends PorticoError {
  /** The mini-program that was to be launched. */
  readonly appId: string;

  constructor(appId: string) {
    super("consent_expired", `the consent request of ${appId} is too old`, "ConsentExpired");
    this.appId = appId;
  }

  override get retryable(): boolean {
    return true;
  }
}

/** There is no such mini-program, or it is suspended. */
export class UnknownMiniProgram extends PorticoError {
  /** The mini-program that was to be launched. */
  readonly appId: string;

  constructor(appId: string) {
    super("invalid_target", `there is no live mini-program ${appId}`, "UnknownMiniProgram");
    this.appId = appId;
  }
}

/** This device's WebView is too old to tell who speaks; the mini-program is not shown. */
export class UnsupportedWebView extends PorticoError {
  constructor() {
    super("unsupported_web_view", "the WebView of this device has to be updated", "UnsupportedWebView");
  }
}
