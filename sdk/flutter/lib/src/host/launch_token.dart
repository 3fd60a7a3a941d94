import 'dart:async';

import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/jwt.dart';
import '../shared/scope.dart';
import '../shared/single_flight.dart';
import 'exchange.dart';

const Duration _retry = Duration(seconds: 5);
const Duration _longestMargin = Duration(minutes: 2);

/// A mini-program's token: renewed with one request in flight, never for a session that has ended meanwhile, and never
/// by one of somebody else.
final class LaunchToken {
  /// Begins with [_current]; [_ask] gets another one, [_due] is called when it is time for that.
  LaunchToken(this._environment, Exchanged this._current, this._ask, this._due) {
    _schedule(_left - _margin);
  }

  final Environment _environment;
  final Future<Exchanged> Function() _ask;
  final Future<void> Function() _due;
  late SingleFlight<Exchanged> _renewal = SingleFlight(_renew);
  Exchanged? _current;
  int _session = 0;

  // How many were asked for, and which of them the token is: one that was asked for earlier does not take its place.
  int _asked = 0, _taken = 0;
  Timer? _timer;

  /// The token; `null` once the session is over.
  Exchanged? get current => _current;

  /// Whether it is still good after [longer].
  bool lasts([Duration longer = Duration.zero]) => _left > longer;

  /// Whether it is time to renew it.
  bool get isDue => _left <= _margin;

  /// Begins a session with [token]: what was asked for in the one before is not waited for.
  void begin(Exchanged token) {
    drop();
    _keep(token);
  }

  /// Another one: all who ask during one request get the same.
  Future<Exchanged> renew() => _renewal.run();

  /// Another one that is asked for now: the request that is under way may have asked for less.
  Future<Exchanged> renewAfresh() {
    _renewal = SingleFlight(_renew);
    return renew();
  }

  /// The scopes [removed] were withdrawn.
  void narrow(String removed) {
    final token = _current;
    if (token != null) _current = token.opening(without(token.scope, removed));
  }

  /// There is none any more.
  void drop() {
    _timer?.cancel();
    _session += 1;
    _current = null;
    _renewal = SingleFlight(_renew);
  }

  Future<Exchanged> _renew() async {
    final session = _session, turn = _asked += 1;
    final token = await _ask();
    final current = _current;
    if (current == null || session != _session) throw const SessionExpired('expired');
    if (personOf(token) != personOf(current)) {
      throw const PorticoException('invalid_response', 'a launch token for somebody else');
    }
    if (turn < _taken) return current;
    _taken = turn;
    _keep(token);
    return token;
  }

  Duration get _left => _current?.expiresAt.difference(_environment.now()) ?? Duration.zero;

  /// How long before its end it is renewed.
  Duration get _margin {
    final fifth = (_current?.lifetime ?? Duration.zero) ~/ 5;
    return fifth < _longestMargin ? fifth : _longestMargin;
  }

  void _keep(Exchanged token) {
    _current = token;
    _schedule(_left - _margin);
  }

  void _schedule(Duration wait) {
    _timer?.cancel();
    _timer = _environment.timer(wait.isNegative ? Duration.zero : wait, renewUnasked);
  }

  /// Has it renewed as when it is time for that, and again later where Portico cannot be reached.
  Future<void> renewUnasked() async {
    final session = _session;
    try {
      await _due();
    } on Unreachable catch (error) {
      if (session == _session) _schedule(error.retryAfter ?? _retry);
    } on Object {
      // The mini-program hears of it when it asks.
    }
  }
}

/// The person that [token] is for; empty where it names none.
String personOf(Exchanged? token) => unverifiedClaims(token?.value ?? '').text('sub');
