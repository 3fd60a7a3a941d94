import 'dart:async';

import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/messages.dart';
import '../shared/scope.dart';
import 'audience.dart';
import 'exchange.dart';
import 'launch.dart';
import 'launch_token.dart';
import 'place.dart';
import 'token_set.dart';

/// What a mini-program needs of its host.
abstract interface class Launcher {
  /// The session that a launch begins in now. Throws [NotSignedIn].
  HostSession here();

  /// Throws [SessionExpired] unless [session] is the one that is here.
  void check(HostSession session);

  /// A launch token or a code, without asking the person.
  ///
  /// Throws [SessionExpired] unless [session] is the one that is here, before and after.
  Future<Exchanged> exchange(HostSession session, Launch launch, {String? prompt, Wanted wanted});

  /// Asks the person for [scope]; completes once they have decided. Throws as [exchange].
  Future<void> ask(HostSession session, Launch launch, String scope);

  /// [miniProgram] was given its launch token.
  void launched(MiniProgram miniProgram);

  /// [miniProgram] is closed.
  void closed(MiniProgram miniProgram);
}

/// What a token must have left to be of use to a mini-program that is just beginning.
const Duration _useful = Duration(seconds: 10);

/// A mini-program that is open in this host. Made by `PorticoHost.launch`.
final class MiniProgram implements PlaceListener {
  /// Open at [place] with [token], which is of [_session].
  MiniProgram(this._environment, this._launcher, this._launch, this.place, this._session, Exchanged token)
    : _person = personOf(token),
      _scope = _launch.scope {
    _token = LaunchToken(_environment, token, _given, _renewUnasked);
  }

  /// Where it runs.
  final Place place;

  final Environment _environment;
  final Launcher _launcher;
  final Audience _audience = Audience();
  final String? _scope;
  late final LaunchToken _token;
  Launch _launch;

  // Nothing is asked for in another one's name.
  HostSession _session;
  String _person;
  String? _ended;
  int _relaunches = 0;
  bool _closed = false;

  /// Its id.
  String get appId => _launch.appId;

  /// Whom it was launched for, by the id that it knows them by.
  String get person => _person;

  /// What it may see, as far as this host knows; empty when the session is over.
  String get scope => _token.current?.scope ?? '';

  /// Whether its document has connected, and has not gone since.
  bool get connected => _audience.document != null;

  /// Opens the place.
  Future<void> open() async {
    final token = _token.current;
    if (token != null) await place.open(_launch.message(token, _environment.now()), this);
  }

  /// Launches it again where it is, after somebody has signed in again: the same person goes on without loading it
  /// anew, unless the document was told of the end before it was ever launched, and so has given up. For somebody else
  /// the place is opened anew, at its start page and with the scopes of the first launch; nothing of the one
  /// before is there, as far as the system keeps storages apart.
  ///
  /// Throws as `PorticoHost.launch`, but a missing consent is [ConsentRequired]; [PorticoException] `closed` once it is
  /// closed. Where the place cannot be opened anew, it is closed.
  Future<void> relaunch() async {
    final session = _launcher.here();
    final another = session.sub != _session.sub;
    final Exchanged token;
    _relaunches += 1;
    try {
      token = await _launcher.exchange(session, another ? _launch.afresh(_scope) : _launch);
      _launcher.check(session);
      _checkOpen();
      if (another) _launch = _launch.afresh(_scope);
      _session = session;
      _token.begin(token);
      _ended = null;
    } finally {
      _relaunches -= 1;
      final ended = _ended;
      if (_relaunches == 0 && ended != null && _audience.isWaiting) _audience.end(ended);
    }
    final person = personOf(token);
    if (person == _person && !_audience.hasGivenUp) return _sendLaunch(_audience.document);
    _person = person;
    _audience.leave();
    try {
      await place.reopen(_launch.message(token, _environment.now()), this);
    } on Object {
      // Whoever is here by now may be opening it for themselves.
      if (!identical(session, _session)) throw const SessionExpired('expired');
      closed();
      rethrow;
    }
    if (_closed) await place.close();
    _checkOpen();
  }

  /// Stops speaking with it, and closes its place.
  Future<void> close() {
    if (_closed) return Future.value();
    closed();
    return place.close();
  }

  @override
  void closed() {
    _closed = true;
    _token.drop();
    _audience.leave();
    _launcher.closed(this);
  }

  @override
  void gone() => _audience.leave();

  @override
  Future<void> heard(Document from, BridgeMessage message) async {
    if (_closed) return;
    final isReady = message.type == 'ready';
    if (isReady) _audience.begin(from);
    if (!identical(from, _audience.document)) return;
    if (_ended case final ended?) return isReady && _relaunches > 0 ? _audience.wait() : _audience.end(ended);
    try {
      await _answer(from, message);
    } on Object catch (error) {
      final id = message.id;
      if (id != null && _ended == null) _refuse(from, id, error is PorticoException ? error.code : 'server_error');
    }
  }

  /// The session is over: says so, and forgets the token.
  void end(String reason) {
    _token.drop();
    _audience.end(_ended = const {'signed_out', 'expired'}.contains(reason) ? reason : 'revoked');
  }

  /// The person changed what it may see.
  void consentChanged(String scope, String removed) {
    _token.narrow(removed);
    _launch = _without(removed);
    _audience.tell('consent_changed', {'scope': scope, 'removed': removed});
  }

  /// The host looks different now.
  void themeChanged(String theme) {
    _launch = _launch.inTheme(theme);
    _audience.tell('theme_changed', {'theme': theme});
  }

  Future<void> _answer(Document from, BridgeMessage message) async {
    switch (message.type) {
      case 'ready':
        if (_token.lasts(_useful)) _sendLaunch(from);
        if (_token.isDue) await _token.renewUnasked();
        // Portico could not be reached: what is left of the token is still good.
        if (!_audience.isLaunched(from)) _sendLaunch(from);
      case 'renew':
        _sendRenewed(from, await _token.renew(), id: message.id);
      case 'login':
        final phone = message.text('purpose') == 'phone';
        final code = await _given(phone ? Wanted.phoneCode : Wanted.loginCode);
        _audience.send(from, 'login_code', {
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

  /// A launch token or a code, as far as they were given: nobody is asked.
  Future<Exchanged> _given([Wanted wanted = Wanted.launchToken]) =>
      _launcher.exchange(_session, _launch, prompt: 'none', wanted: wanted);

  Future<void> _permit(String wanted) async {
    await _launcher.ask(_session, _launch, wanted);
    // As it is by now: another permission may have been given meanwhile, or the theme changed.
    _launch = _launch.askingToo(wanted);
    await _token.renewAfresh();
    _launch = _without(without(wanted, scope));
  }

  /// The launch without what was [refused]: a relaunch asks for that only where the first launch did.
  Launch _without(String refused) => _launch.askingWithout(without(refused, _scope ?? ''));

  void _sendLaunch(Document? to, {String? id}) {
    final token = _token.current;
    if (token == null || !_token.lasts() || to == null) return;
    if (_audience.launch(to, _launch.message(token, _environment.now(), id: id))) _launcher.launched(this);
  }

  void _sendRenewed(Document to, Exchanged token, {String? id}) => _audience.send(to, 'token_renewed', {
    if (id != null) 'id': id,
    'token': token.value,
    'expiresIn': secondsLeft(token, _environment.now()),
  });

  Future<void> _renewUnasked() async {
    final document = _audience.document;
    if (document == null) return;
    final token = await _token.renew();
    _audience.isLaunched(document) ? _sendRenewed(document, token) : _sendLaunch(document);
  }

  /// Whatever code the app's own callback may have thrown, the question is answered.
  void _refuse(Document to, String id, String code) {
    try {
      _audience.send(to, 'error', {'id': id, 'error': code});
    } on PorticoException {
      _audience.send(to, 'error', {'id': id, 'error': 'server_error'});
    }
  }

  void _checkOpen() {
    if (_closed) throw PorticoException('closed', '$appId is closed');
  }
}
