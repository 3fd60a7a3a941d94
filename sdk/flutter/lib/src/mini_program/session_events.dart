/// What a mini-program can listen to, by `Connection.events`.
sealed class SessionEvent {
  /// One of those below.
  const SessionEvent();
}

/// Launched, or launched again: everything works (again).
final class LaunchedByHost extends SessionEvent {
  /// Launched.
  const LaunchedByHost();
}

/// Somebody else is here now: forget what was kept about the person before. Comes before [LaunchedByHost].
final class PersonChanged extends SessionEvent {
  /// Somebody else.
  const PersonChanged();
}

/// The person changed what this mini-program may see.
final class PermissionsChanged extends SessionEvent {
  /// [scope] is granted now, [removed] no longer is.
  const PermissionsChanged(this.scope, this.removed);

  /// What is granted now.
  final String scope;

  /// What no longer is.
  final String removed;
}

/// The host looks different now.
final class ThemeChanged extends SessionEvent {
  /// In [theme].
  const ThemeChanged(this.theme);

  /// The host's theme.
  final String theme;
}

/// The session is over: stop, and show so.
final class SessionOver extends SessionEvent {
  /// Over, because of [reason].
  const SessionOver(this.reason);

  /// `signed_out`, `expired` or `revoked`.
  final String reason;
}
