import '../shared/jwt.dart';

/// Who is signed in, as the host knows them.
final class HostSession {
  /// The person [sub] in the session [sid].
  const HostSession({required this.sub, required this.sid});

  /// The person's id at this host.
  final String sub;

  /// The session's id at this host.
  final String sid;
}

/// What one sign-in gave.
final class TokenSet {
  const TokenSet._(this.session, this.accessToken, this.refreshToken, this.renewAt, this.expiresAt);

  /// A token endpoint's [answer], asked for at [now]; where it brings no refresh token, [refreshToken] stays good.
  factory TokenSet.fromAnswer(Json answer, HostSession session, String refreshToken, DateTime now) {
    final lifetime = lifetimeOf(answer);
    final expiresAt = now.add(lifetime);
    final margin = lifetime ~/ 5 < _longestMargin ? lifetime ~/ 5 : _longestMargin;
    final rotated = answer.text('refresh_token');
    return TokenSet._(
      session,
      answer.text('access_token'),
      rotated.isEmpty ? refreshToken : rotated,
      expiresAt.subtract(margin),
      expiresAt,
    );
  }

  static const Duration _longestMargin = Duration(minutes: 1);

  /// Whose tokens they are.
  final HostSession session;

  /// The access token.
  final String accessToken;

  /// The refresh token.
  final String refreshToken;

  /// From when on the access token is to be renewed.
  final DateTime renewAt;

  /// When the access token expires.
  final DateTime expiresAt;

  /// For the store.
  Json toJson() => {
    'sub': session.sub,
    'sid': session.sid,
    'access_token': accessToken,
    'refresh_token': refreshToken,
    'renew_at': renewAt.millisecondsSinceEpoch,
    'expires_at': expiresAt.millisecondsSinceEpoch,
  };

  /// What the store kept, or `null` where that is not a whole set.
  static TokenSet? fromJson(Json kept) => switch (kept) {
    {
      'sub': final String sub,
      'sid': final String sid,
      'access_token': final String access,
      'refresh_token': final String refresh,
      'renew_at': final int renewAt,
      'expires_at': final int expiresAt,
    } =>
      TokenSet._(
        HostSession(sub: sub, sid: sid),
        access,
        refresh,
        DateTime.fromMillisecondsSinceEpoch(renewAt),
        DateTime.fromMillisecondsSinceEpoch(expiresAt),
      ),
    _ => null,
  };
}

/// How long a token endpoint's answer is good for.
Duration lifetimeOf(Json answer) => switch (answer['expires_in']) {
  final int seconds => Duration(seconds: seconds),
  _ => Duration.zero,
};
