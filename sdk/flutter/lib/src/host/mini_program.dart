import 'dart:async';

import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/messages.dart';
import '../shared/scope.dart';
import '../shared/single_flight.dart';
import 'exchange.dart';
import 'launch.dart';
import 'place.dart';

/// What a mini-program needs of its host.
abstract interface class Launcher {
  /// A launch token or a code, without asking the person.
  Future<Exchanged> exchange(Launch launch, {String? prompt, Wanted wanted});

  /// Asks the person for [scope], then launches as [launch] says.
  Future<Exchanged> ask(Launch launch, String scope);

  /// [miniProgram] was given its launch token.
  void launched(MiniProgram miniProgram);

  /// [miniProgram] is closed.
  void closed(MiniProgram miniProgram);
}

const Duration _retry = Duration(seconds: 5);
const Duration _longestMargin = Duration(minutes: 2);

/// A mini-program that is open in this host. Made by `PorticoHost.launch`.
final class MiniProgram implements PlaceListener {
  /// Open at [place] with [_token].
  MiniProgram(this._environment, this._launcher, this._launch, this.place, Exchanged this._token) {
    _schedule();
  }

  /// Where it runs.
  final Place place;

  final Environment _environment;
  final Launcher _launcher;
  late final SingleFlight<Exchanged> _renewal = SingleFlight(_renew);
  Launch _launch;
  Exchanged? _token;
  String? _ended;
  bool _closed = false;
  Document? _document;
  Timer? _timer;

  /// Its id.
  String get appId => _launch.appId;

  /// What it may see, as far as this host knows; empty when the session is over.
  String get scope => _token?.scope ?? '';

  /// Whether its document has connected, and has not gone since.
  bool get connected => _document != null;

  /// Opens the place.
  Future<void> open() async {
    final token = _token;
    if (token != null) await place.open(_launch.message(token, _environment.now()), this);
  }

  /// Launches it again where it is, without loading it anew: after the same person has signed in again. For somebody
  /// else close it and launch it again, which clears what the page kept; this does not.
  ///
  /// Throws as `PorticoHost.launch`, but a missing consent is [ConsentRequired]; [PorticoException] `closed` once it is
  /// closed.
  Future<void> relaunch() async {
    final document = _document;
    final token = await _launcher.exchange(_launch);
    if (_closed) throw PorticoException('closed', '$appId is closed');
    _token = token;
    _ended = null;
    _schedule();
    _sendLaunch(document);
  }

  /// Stops speaking with it, and closes its place.
  Future<void> close() {
    if (_closed) return Future.value();
    closed();
    return place.close();
  }

  @override
  void closed() {
    _timer?.cancel();
    _closed = true;
    _token = null;
    _document = null;
    _launcher.closed(this);
  }

  @override
  void gone() => _document = null;

  @override
  Future<void> heard(Document from, BridgeMessage message) async {
    if (_closed) return;
    if (message.type == 'ready') _document = from;
    if (!identical(from, _document)) return;
    if (_ended case final ended?) return _send(from, 'session_expired', {'reason': ended});
    try {
      await _answer(from, message);
    } on Object catch (error) {
      final code = error is PorticoException ? error.code : 'server_error';
      final id = message.id;
      if (id != null && _ended == null) _send(from, 'error', {'id': id, 'error': code});
    }
  }

  /// The session is over: says so, and forgets the token.
  void end(String reason) {
    _timer?.cancel();
    _token = null;
    _ended = const {'signed_out', 'expired'}.contains(reason) ? reason : 'revoked';
    _send(_document, 'session_expired', {'reason': _ended});
  }

  /// The person changed what it may see.
  void consentChanged(String scope, String removed) {
    final token = _token;
    if (token != null) _token = token.opening(without(token.scope, removed));
    _send(_document, 'consent_changed', {'scope': scope, 'removed': removed});
  }

  /// The host looks different now.
  void themeChanged(String theme) {
    _launch = _launch.inTheme(theme);
    _send(_document, 'theme_changed', {'theme': theme});
  }

  Future<void> _answer(Document from, BridgeMessage message) async {
    switch (message.type) {
      case 'ready':
        if (_left <= _margin) await _renewal.run();
        _sendLaunch(from);
      case 'renew':
        _sendRenewed(from, await _renewal.run(), id: message.id);
      case 'login':
        final phone = message.text('purpose') == 'phone';
        final code = await _launcher.exchange(
          _launch,
          prompt: 'none',
          wanted: phone ? Wanted.phoneCode : Wanted.loginCode,
        );
        _send(from, 'login_code', {
          'id': message.id,
          'code': code.value,
          'expiresIn': secondsLeft(code, _environment.now()),
          if (phone) 'purpose': 'phone',
        });
      case 'request_permission':
        final wanted = message.text('scope');
        if (!covers(scope, wanted)) await _permit(wanted);
        _sendLaunch(from, id: message.id);
    }
  }

  Future<void> _permit(String wanted) async {
    final asked = _launch.scope;
    final launch = asked == null ? _launch : _launch.asking(union(asked, wanted));
    _take(await _launcher.ask(launch, wanted));
    _launch = launch.inTheme(_launch.theme);
  }

  Future<Exchanged> _renew() async {
    final token = await _launcher.exchange(_launch, prompt: 'none');
    _take(token);
    return token;
  }

  /// Takes a token that was asked for before; the session may have ended meanwhile.
  void _take(Exchanged token) {
    if (_token == null) throw SessionExpired(_ended ?? 'expired');
    _token = token;
    _schedule();
  }

  void _sendLaunch(Document? to, {String? id}) {
    final token = _token;
    if (token == null || to == null || !identical(to, _document)) return;
    to.send(_launch.message(token, _environment.now(), id: id));
    _launcher.launched(this);
  }

  void _sendRenewed(Document? to, Exchanged token, {String? id}) => _send(to, 'token_renewed', {
    if (id != null) 'id': id,
    'token': token.value,
    'expiresIn': secondsLeft(token, _environment.now()),
  });

  void _send(Document? to, String type, Map<String, Object?> fields) {
    if (to == null || !identical(to, _document)) return;
    final message = BridgeMessage.fromHost({'portico': bridgeVersion, 'type': type, ...fields});
    if (message != null) to.send(message);
  }

  Duration get _left => _token?.expiresAt.difference(_environment.now()) ?? Duration.zero;

  /// How long before its end a token is renewed.
  Duration get _margin {
    final fifth = (_token?.lifetime ?? Duration.zero) ~/ 5;
    return fifth < _longestMargin ? fifth : _longestMargin;
  }

  void _schedule([Duration? after]) {
    _timer?.cancel();
    final wait = after ?? _left - _margin;
    _timer = _environment.timer(wait.isNegative ? Duration.zero : wait, _renewUnasked);
  }

  Future<void> _renewUnasked() async {
    final document = _document;
    if (document == null) return;
    try {
      _sendRenewed(document, await _renewal.run());
    } on Unreachable catch (error) {
      if (_token != null) _schedule(error.retryAfter ?? _retry);
    } on PorticoException {
      // The mini-program hears of it when it asks.
    }
  }
}
