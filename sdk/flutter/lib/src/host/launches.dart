import 'dart:async';

import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/scope.dart';
import 'exchange.dart';
import 'host_events.dart';
import 'launch.dart';
import 'launch_token.dart';
import 'mini_program.dart';
import 'place.dart';
import 'token_set.dart';
import 'tokens.dart';

/// The mini-programs of one host: opening them, and asking the person where that is due.
final class Launches implements Launcher {
  /// Launches by [_exchange] of [_tokens] at [_issuersOrigin], in [_theme]; [_ask] has the person decide a question;
  /// [_emit] tells the app.
  Launches(
    this._environment,
    this._tokens,
    this._exchange,
    this._issuersOrigin,
    this._theme,
    this._ask,
    this._emit,
  );

  final Environment _environment;
  final Tokens _tokens;
  final Exchange _exchange;
  final String _issuersOrigin;
  final Future<void> Function(ConsentRequired, Launch) _ask;
  final void Function(HostEvent) _emit;
  final Set<MiniProgram> _open = {};
  Completer<Never> _over = _ending();
  String _theme;

  /// Those that are open.
  List<MiniProgram> get open => [..._open];

  /// How the host looks. Setting it tells every mini-program.
  String get theme => _theme;
  set theme(String theme) {
    _theme = theme;
    for (final miniProgram in open) {
      miniProgram.themeChanged(theme);
    }
  }

  /// Opens a mini-program for who is here now, and for nobody else, asking them first where that is due.
  ///
  /// What [inHostsTheme] is in that of the host when it is opened, whatever that was when it was asked for.
  Future<MiniProgram> launch(
    Launch launch,
    Place place, {
    required bool askAgain,
    required bool inHostsTheme,
  }) async {
    _checkOrigins(launch, place);
    final session = here();
    Exchanged token;
    try {
      token = await exchange(session, launch, prompt: askAgain ? 'consent' : null);
    } on ConsentRequired catch (required) {
      await _decide(session, required, launch);
      token = await exchange(session, launch);
    }
    _checkOrigins(launch, place);
    // What is still open for somebody else would share its storage with what opens now.
    final person = personOf(token);
    for (final other in open.where((other) => other.appId == launch.appId && other.person != person)) {
      await other.close();
    }
    // It may have ended since the answer came: whoever is open when it ends is told, and nobody is opened after.
    check(session);
    _checkOrigins(launch, place);
    for (final other in open.where((other) => identical(other.place, place))) {
      other.closed();
    }
    final opened = inHostsTheme ? launch.inTheme(_theme) : launch;
    final miniProgram = MiniProgram(_environment, this, opened, place, session, token);
    _open.add(miniProgram);
    try {
      await miniProgram.open();
    } on Object {
      miniProgram.closed();
      rethrow;
    }
    // It has been told of the end, and nobody else is to find it open.
    if (!_tokens.isHere(session)) await miniProgram.close();
    check(session);
    return miniProgram;
  }

  @override
  HostSession here() => _tokens.here();

  @override
  void check(HostSession session) => _tokens.check(session);

  @override
  Future<Exchanged> exchange(
    HostSession session,
    Launch launch, {
    String? prompt,
    Wanted wanted = Wanted.launchToken,
  }) => _exchange.run(
    session,
    launch.appId,
    scope: launch.scope,
    prompt: prompt,
    theme: launch.theme,
    locale: launch.locale,
    wanted: wanted,
  );

  @override
  Future<void> ask(HostSession session, Launch launch, String scope) async {
    _emit(PermissionRequested(launch.appId, scope));
    try {
      await exchange(session, launch.asking(union('openid', scope)), prompt: 'consent');
    } on ConsentRequired catch (required) {
      await _decide(session, required, launch);
    }
    check(session);
  }

  @override
  void launched(MiniProgram miniProgram) => _emit(Launched(miniProgram.appId, miniProgram.scope));

  @override
  void closed(MiniProgram miniProgram) => _open.remove(miniProgram);

  /// Tells every mini-program that the session is over, and whoever waits for the person to decide.
  void end(String reason) {
    _over.completeError(SessionExpired(reason));
    _over = _ending();
    for (final miniProgram in open) {
      miniProgram.end(reason);
    }
  }

  /// Tells the mini-program concerned.
  void consentChanged(ConsentChanged change) {
    for (final miniProgram in open.where((each) => each.appId == change.appId)) {
      miniProgram.consentChanged(change.scope, change.removed);
    }
  }

  /// Completes once the person has decided; fails when their session ends before that.
  Future<void> _decide(HostSession session, ConsentRequired required, Launch launch) {
    check(session);
    return Future.any([_over.future, _ask(required, launch)]);
  }

  static Completer<Never> _ending() => Completer()..future.ignore();

  /// Pages of one origin can read each other, so two mini-programs never share one, and none is Portico's.
  void _checkOrigins(Launch launch, Place place) {
    final taken = {
      _issuersOrigin,
      for (final other in open)
        if (other.appId != launch.appId) ...other.place.origins,
    };
    if (taken.intersection(place.origins).isEmpty) return;
    throw PorticoException('invalid_origin', '${launch.appId} needs an origin of its own');
  }
}
