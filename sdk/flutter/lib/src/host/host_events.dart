/// What a host can listen to, by `PorticoHost.events`.
sealed class HostEvent {
  /// One of those below.
  const HostEvent();
}

/// Somebody has signed in, or was found signed in.
final class SignedIn extends HostEvent {
  /// [sub] is here, in the session [sid].
  const SignedIn(this.sub, this.sid);

  /// The person's id at this host.
  final String sub;

  /// The session's id at this host.
  final String sid;
}

/// The session is over, for whatever reason; every mini-program has been told, the tokens are gone.
final class SessionEnded extends HostEvent {
  /// Over, because of [reason].
  const SessionEnded(this.reason);

  /// `signed_out`, `expired`, `revoked`, `password_changed`, `refresh_reused`, `suspended` or `erased`.
  final String reason;
}

/// The person changed what a mini-program may see.
final class ConsentChanged extends HostEvent {
  /// [appId] may see [scope] now, and [removed] no longer.
  const ConsentChanged(this.appId, this.scope, this.removed);

  /// The mini-program.
  final String appId;

  /// All it may see now.
  final String scope;

  /// What it may no longer see.
  final String removed;
}

/// The person's profile changed.
final class ProfileChanged extends HostEvent {
  /// These [claims] changed.
  const ProfileChanged(this.claims);

  /// The claims, by name.
  final List<String> claims;
}

/// A mini-program was given its launch token.
final class Launched extends HostEvent {
  /// [appId] may see [scope].
  const Launched(this.appId, this.scope);

  /// The mini-program.
  final String appId;

  /// What it may see.
  final String scope;
}

/// A mini-program asked for a permission; the person is about to be asked.
final class PermissionRequested extends HostEvent {
  /// [appId] wants [scope].
  const PermissionRequested(this.appId, this.scope);

  /// The mini-program.
  final String appId;

  /// What it asks for.
  final String scope;
}

/// The stream of Portico's events is open, or is being opened anew; that is said again with every try that fails.
final class Online extends HostEvent {
  /// Whether it is [open].
  const Online({required this.open});

  /// Whether the host hears Portico.
  final bool open;
}
