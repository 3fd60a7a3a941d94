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
  late SingleFlight<String> _refresh = SingleFlight(_renew);
  TokenSet? _current, _left;
  Timer? _timer;
  DateTime? _notBefore;

  /// Who is signed in: one object for each session, so that what began in it can tell whether it still is the same.
  HostSession? get session => _current?.session;

  /// The session that something begins in now. Throws [NotSignedIn].
  HostSession here() => session ?? (throw const NotSignedIn());

  /// Whether [session] is the one that is here.
  bool isHere(HostSession session) => identical(this.session, session);

  /// Throws [SessionExpired] unless [session] is the one that is here.
  void check(HostSession session) {
    if (!isHere(session)) throw const SessionExpired('expired');
  }

  /// Takes up what the store holds.
  Future<void> restore() async {
    final stored = TokenSet.fromJson(await _slot.read());
    if (stored != null && _current == null) await _keep(stored);
  }

  /// Reads a token endpoint's answer to a sign-in.
  ///
  /// Throws [PorticoException] `invalid_tokens` where it lacks the access token, the refresh token or the ID token.
  TokenSet read(Json answer) {
    final claims = unverifiedClaims(answer.text('id_token'));
    final session = HostSession(sub: claims.text('sub'), sid: claims.text('sid'));
    final tokens = TokenSet.fromAnswer(answer, session, '', _environment.now());
    if ([session.sub, session.sid, tokens.accessToken, tokens.refreshToken].contains('')) {
      throw const PorticoException('invalid_tokens', "not a token endpoint's answer to a host");
    }
    return tokens;
  }

  /// Takes up what a sign-in gave.
  Future<void> adopt(TokenSet tokens) {
    stop();
    return _keep(tokens);
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

  /// Runs [use] with an access token of [session], and once more with a new one when the first is refused, as [refusal]
  /// says.
  ///
  /// Throws [SessionExpired], also when [session] has ended, before or meanwhile; or what [use] throws.
  Future<T> using<T>(
    HostSession session,
    Future<T> Function(String token) use,
    Refusal? Function(PorticoException) refusal,
  ) async {
    check(session);
    try {
      return await _using(session, use, refusal);
    } finally {
      // Nobody is given what was asked for somebody else.
      check(session);
    }
  }

  Future<T> _using<T>(
    HostSession session,
    Future<T> Function(String token) use,
    Refusal? Function(PorticoException) refusal,
  ) async {
    try {
      return await use(await access());
    } on PorticoException catch (error) {
      if (refusal(error) == null || !isHere(session)) rethrow;
    }
    try {
      return await use(await _refresh.run());
    } on PorticoException catch (error) {
      if (refusal(error) != Refusal.over) rethrow;
      if (isHere(session)) await _onOver();
      throw const SessionExpired('expired');
    }
  }

  /// Revokes the refresh token, which ends the session at the server (RFC 7009). Changes nothing here.
  ///
  /// Throws [Unreachable], unless the session has ended meanwhile.
  Future<void> revoke() async {
    final session = this.session;
    await _refresh.settled();
    final current = _current;
    if (current == null || !identical(current.session, session)) return;
    try {
      await _issuer.revoke({'token': current.refreshToken, 'token_type_hint': 'refresh_token'});
    } on PorticoException {
      if (identical(this.session, session)) rethrow;
    }
  }

  /// Forgets everything.
  Future<void> drop() {
    stop();
    return _slot.write(null);
  }

  /// As [stop]; what a renewal that is under way brings is still written down, for the host that comes after.
  void leave() {
    _left = _current;
    stop();
  }

  /// Stops the timer; what is kept stays in the store. Nobody who comes after waits for what is under way.
  void stop() {
    _current = null;
    _timer?.cancel();
    _refresh = SingleFlight(_renew);
  }

  Future<String> _renew() async {
    final from = _current;
    if (from == null) throw const NotSignedIn();
    final Json answer;
    try {
      answer = await _issuer.token({'grant_type': 'refresh_token', 'refresh_token': from.refreshToken});
    } on PorticoException catch (error) {
      if (error case Unreachable(:final retryAfter?) when identical(_current, from)) {
        _notBefore = _environment.now().add(retryAfter);
      }
      if (error.code != 'invalid_grant') rethrow;
      if (identical(_current, from)) await _onOver();
      throw const SessionExpired('expired');
    }
    final isLeft = identical(_left, from);
    if (!isLeft && !identical(_current, from)) throw const SessionExpired('signed_out');
    final now = _environment.now();
    final next = TokenSet.fromAnswer(answer, from.session, from.refreshToken, now);
    if (next.accessToken.isEmpty || !next.expiresAt.isAfter(now)) throw const Unreachable('an answer without tokens');
    await (isLeft ? _slot.write(next.toJson()) : _keep(next));
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
      } on Object {
        // Whoever asks next hears of it, be it of Portico or of the store.
      }
    });
  }
}
