import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/scope.dart';
import 'exchange.dart';
import 'host_events.dart';
import 'launch.dart';
import 'mini_program.dart';
import 'place.dart';

/// The mini-programs of one host: opening them, and asking the person where that is due.
final class Launches implements Launcher {
  /// Launches by [_exchange]; [_decide] has the person decide a question; [_emit] tells the app.
  Launches(this._environment, this._exchange, this._decide, this._emit);

  final Environment _environment;
  final Exchange _exchange;
  final Future<void> Function(ConsentRequired, Launch) _decide;
  final void Function(HostEvent) _emit;
  final Set<MiniProgram> _open = {};

  /// Those that are open.
  List<MiniProgram> get open => [..._open];

  /// Opens a mini-program, asking the person first where that is due.
  Future<MiniProgram> launch(Launch launch, Place place, {required bool askAgain}) async {
    _checkOrigins(launch, place);
    Exchanged token;
    try {
      token = await exchange(launch, prompt: askAgain ? 'consent' : null);
    } on ConsentRequired catch (required) {
      await _decide(required, launch);
      token = await exchange(launch);
    }
    _checkOrigins(launch, place);
    for (final other in open.where((other) => identical(other.place, place))) {
      other.closed();
    }
    final miniProgram = MiniProgram(_environment, this, launch, place, token);
    _open.add(miniProgram);
    try {
      await miniProgram.open();
    } on Object {
      miniProgram.closed();
      rethrow;
    }
    return miniProgram;
  }

  @override
  Future<Exchanged> exchange(Launch launch, {String? prompt, Wanted wanted = Wanted.launchToken}) => _exchange.run(
    launch.appId,
    scope: launch.scope,
    prompt: prompt,
    theme: launch.theme,
    locale: launch.locale,
    wanted: wanted,
  );

  @override
  Future<Exchanged> ask(Launch launch, String scope) async {
    _emit(PermissionRequested(launch.appId, scope));
    try {
      await exchange(launch.asking(union('openid', scope)), prompt: 'consent');
    } on ConsentRequired catch (required) {
      await _decide(required, launch);
    }
    return exchange(launch, prompt: 'none');
  }

  @override
  void launched(MiniProgram miniProgram) => _emit(Launched(miniProgram.appId, miniProgram.scope));

  @override
  void closed(MiniProgram miniProgram) => _open.remove(miniProgram);

  /// Tells every mini-program that the session is over.
  void end(String reason) {
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

  /// Tells every mini-program that the host looks different.
  void themeChanged(String theme) {
    for (final miniProgram in open) {
      miniProgram.themeChanged(theme);
    }
  }

  /// Pages of one origin can read each other, so two mini-programs never share one.
  void _checkOrigins(Launch launch, Place place) {
    final taken = open.any(
      (other) => other.appId != launch.appId && other.place.origins.intersection(place.origins).isNotEmpty,
    );
    if (taken) throw PorticoException('invalid_origin', '${launch.appId} needs an origin of its own');
  }
}
