/// Everything that this package throws on purpose.
///
/// [code] is stable and meant for programs; [message] is for people who develop, and never holds a token or personal
/// data.
class PorticoException implements Exception {
  /// An exception with this [code].
  const PorticoException(this.code, [String? message]) : message = message ?? code;

  /// A stable code in `snake_case`; an OAuth error code (RFC 6749 §5.2) where one applies.
  final String code;

  /// What happened, for developers.
  final String message;

  /// Whether the same call may succeed later without anything else having changed.
  bool get retryable => false;

  @override
  String toString() => '$runtimeType: $message';
}

/// The session is over: sign in again (host), or wait for a new launch (mini-program).
final class SessionExpired extends PorticoException {
  /// Over, because of [reason].
  const SessionExpired(this.reason) : super('session_expired', 'the session is over: $reason');

  /// `signed_out`, `expired`, `revoked`; in the host also what Portico's events name besides.
  final String reason;
}

/// The person, the mini-program's operator or the super app said no.
final class AccessDenied extends PorticoException {
  /// Denied.
  const AccessDenied([String? message]) : super('access_denied', message);
}

/// No answer, or one that says "later" (429, 5xx). Nothing has changed; try again.
final class Unreachable extends PorticoException {
  /// Without an answer.
  const Unreachable(String message, [this.retryAfter]) : super('temporarily_unavailable', message);

  /// How long to wait before trying again, where the server said so (`Retry-After`).
  final Duration? retryAfter;

  @override
  bool get retryable => true;
}

/// The mini-program does not run inside a host that it trusts, or the host does not answer.
final class NoHost extends PorticoException {
  /// Without a host.
  const NoHost(String message) : super('no_host', message);

  @override
  bool get retryable => true;
}

/// Nobody is signed in: call `signIn()`.
final class NotSignedIn extends PorticoException {
  /// Nobody is.
  const NotSignedIn() : super('not_signed_in', 'nobody is signed in');
}

/// The sign-in did not come to a good end; [code] is the server's, or `state_mismatch`, `issuer_mismatch`,
/// `invalid_id_token`, `cancelled`.
final class SignInFailed extends PorticoException {
  /// Failed with [code].
  const SignInFailed(super.code, [super.message]);
}

/// The person has to be asked before this mini-program may be launched, and was not (or not to an end).
final class ConsentRequired extends PorticoException {
  /// Consent is missing for [scope].
  ConsentRequired(this.appId, this.scope, this.consentUri, this.consentRequest)
    : super('consent_required', '$appId needs consent for: $scope');

  /// The mini-program that asks.
  final String appId;

  /// The scopes that have never been decided.
  final String scope;

  /// The page that asks. A secret: it goes to nobody but the person's browser. Ten minutes, once.
  final String consentUri;

  /// The request's id, for `GET` and `POST /v1/consents/{request}`.
  final String consentRequest;
}

/// The consent page came back without a decision, because its request was too old. Launch again.
final class ConsentExpired extends PorticoException {
  /// Too old.
  ConsentExpired(this.appId) : super('consent_expired', 'the consent request of $appId is too old');

  /// The mini-program that asked.
  final String appId;

  @override
  bool get retryable => true;
}

/// There is no such mini-program, or it is suspended.
final class UnknownMiniProgram extends PorticoException {
  /// Unknown.
  UnknownMiniProgram(this.appId) : super('invalid_target', 'there is no live mini-program $appId');

  /// The id that was asked for.
  final String appId;
}
