import 'dart:async';

import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/jwt.dart';
import '../shared/single_flight.dart';
import 'issuer.dart';
import 'token_set.dart';
import 'token_store.dart';

/// What an error says about the access token: it may be too old, or so may the session.
enum Refusal {
  /// A new token may do.
  stale,

  /// The session is over, once a new token is refused too.
  over,
}

const Duration _retry = Duration(seconds: 5);

/// The host's own tokens: kept, renewed in time with one request in flight, given up when the session is over.
final class Tokens {
  /// Keeps tokens of [_issuer] in [store]; calls [_onOver] when the server says that the session is over.
  Tokens(this._environment, this._issuer, TokenStore store, this._onOver)
    : _slot = Slot(store, 'portico.${_issuer.clientId}.tokens');

  final Environment _environment;
  final Issuer _issuer;
  final Slot _slot;
  final Future<void> Function() _onOver;
  late final SingleFlight<String> _refresh = SingleFlight(_renew);
  TokenSet? _current;
  Timer? _timer;
  DateTime? _notBefore;

  /// Who is signed in.
  HostSession? get session => _current?.session;

  /// Takes up what the store holds.
  Future<void> restore() async {
    final stored = TokenSet.fromJson(await _slot.read());
    if (stored != null && _current == null) await _keep(stored);
  }

  /// Takes up a token endpoint's answer.
  Future<void> adopt(Json answer) {
    final claims = unverifiedClaims(answer.text('id_token'));
    final session = HostSession(sub: claims.text('sub'), sid: claims.text('sid'));
    return _keep(TokenSet.fromAnswer(answer, session, '', _environment.now()));
  }

  /// An access token that lives long enough to be used.
  ///
  /// Throws [NotSignedIn], [SessionExpired], [Unreachable].
  Future<String> access() async {
    final before = _current;
    if (before == null) throw const NotSignedIn();
    if (_environment.now().isBefore(before.renewAt) || _mustWait(before)) return before.accessToken;
    try {
      return await _refresh.run();
    } on Unreachable {
      final usable = identical(_current, before) && _environment.now().isBefore(before.expiresAt);
      if (usable) return before.accessToken;
      rethrow;
    }
  }

  /// Runs [use] with an access token, and once more with a new one when the first is refused, as [refusal] says.
  ///
  /// Throws [SessionExpired], or what [use] throws.
  Future<T> using<T>(
    Future<T> Function(String token) use,
    Refusal? Function(PorticoException) refusal,
  ) async {
    final sid = session?.sid;
    try {
      return await use(await access());
    } on PorticoException catch (error) {
      if (refusal(error) == null) rethrow;
    }
    if (sid != session?.sid) throw const SessionExpired('expired');
    try {
      return await use(await _refresh.run());
    } on PorticoException catch (error) {
      if (refusal(error) != Refusal.over) rethrow;
      await _onOver();
      throw const SessionExpired('expired');
    }
  }

  /// Revokes the refresh token, which ends the session at the server (RFC 7009). Changes nothing here.
  Future<void> revoke() async {
    await _refresh.settled();
    final current = _current;
    if (current == null) return;
    await _issuer.revoke({'token': current.refreshToken, 'token_type_hint': 'refresh_token'});
  }

  /// Forgets everything.
  Future<void> drop() {
    stop();
    return _slot.write(null);
  }

  /// Stops the timer; what is kept stays in the store.
  void stop() {
    _current = null;
    _timer?.cancel();
  }

  Future<String> _renew() async {
    final from = _current;
    if (from == null) throw const NotSignedIn();
    final Json answer;
    try {
      answer = await _issuer.token({'grant_type': 'refresh_token', 'refresh_token': from.refreshToken});
    } on PorticoException catch (error) {
      if (error case Unreachable(:final retryAfter?)) _notBefore = _environment.now().add(retryAfter);
      if (error.code != 'invalid_grant') rethrow;
      if (identical(_current, from)) await _onOver();
      throw const SessionExpired('expired');
    }
    if (!identical(_current, from)) throw const SessionExpired('signed_out');
    final next = TokenSet.fromAnswer(answer, from.session, from.refreshToken, _environment.now());
    await _keep(next);
    return next.accessToken;
  }

  /// Whether the server wants to be left alone for longer, and [tokens] are good meanwhile.
  bool _mustWait(TokenSet tokens) {
    final now = _environment.now();
    return now.isBefore(_notBefore ?? now) && now.isBefore(tokens.expiresAt);
  }

  Future<void> _keep(TokenSet tokens) {
    _current = tokens;
    _notBefore = null;
    _schedule(tokens.renewAt.difference(_environment.now()));
    return _slot.write(tokens.toJson());
  }

  void _schedule(Duration after) {
    _timer?.cancel();
    _timer = _environment.timer(after.isNegative ? Duration.zero : after, () async {
      try {
        await _refresh.run();
      } on Unreachable catch (error) {
        if (_current != null) _schedule(error.retryAfter ?? _retry);
      } on PorticoException {
        // Whoever asks next hears of it.
      }
    });
  }
}
