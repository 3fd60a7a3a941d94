import 'dart:async';

import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/jwt.dart';
import '../shared/messages.dart';
import '../shared/scope.dart';
import '../shared/single_flight.dart';
import 'channel.dart';
import 'host_link.dart';
import 'session_events.dart';
import 'user_info.dart';

typedef _Token = ({String value, DateTime renewAt, DateTime expiresAt});

const Duration _answer = Duration(seconds: 15);
const Duration _decision = Duration(minutes: 10);

/// A mini-program's connection to its host. Once the session is over, every call throws [SessionExpired], until the
/// host launches again.
final class Connection {
  Connection._(this._environment, HostLink link, this._onPersonChanged) : _userInfo = UserInfo(_environment) {
    _channel = Channel(_environment, link, _hear);
  }

  /// Connects over [link]: says `ready`, and waits for the launch, [patience] at most. Call it once.
  ///
  /// [onPersonChanged] is called before a launch for somebody else than before: clear what was kept about them.
  ///
  /// Throws [NoHost] without a launch in time; [SessionExpired] when the host's session is over.
  static Future<Connection> over(
    HostLink link, {
    Duration patience = const Duration(seconds: 30),
    void Function()? onPersonChanged,
    Environment? environment,
  }) async {
    final world = environment ?? Environment();
    final connection = Connection._(world, link, onPersonChanged);
    final launched = Completer<void>();
    void fail(PorticoException error) => launched.isCompleted ? null : launched.completeError(error);
    connection._first = (event) {
      if (event is SessionOver) fail(SessionExpired(event.reason));
      if (event is LaunchedByHost && !launched.isCompleted) launched.complete();
    };
    final timer = world.timer(patience, () => fail(const NoHost('no host has launched this mini-program')));
    unawaited(connection._channel.ready().onError<PorticoException>((error, _) => fail(error)));
    try {
      await launched.future;
    } on Object {
      await connection.close();
      rethrow;
    } finally {
      timer.cancel();
      connection._first = null;
    }
    return connection;
  }

  final Environment _environment;
  final UserInfo _userInfo;
  final void Function()? _onPersonChanged;
  final StreamController<SessionEvent> _events = StreamController.broadcast();
  late final Channel _channel;
  late SingleFlight<String> _renewal = SingleFlight(_renew);
  void Function(SessionEvent)? _first;
  BridgeMessage? _launch;
  _Token? _token;
  String _scope = '';
  String _theme = 'light';
  String _ended = 'expired';
  String? _sub;
  int _person = 0;

  /// This mini-program's id, as the host knows it.
  String get miniProgramId => _launch?.text('miniProgramId') ?? '';

  /// What the token opens: scopes separated by one space; empty once the session is over.
  String get scope => _scope;

  /// The host's theme.
  String get theme => _theme;

  /// The person's language, a BCP 47 tag.
  String get locale => _launch?.text('locale') ?? '';

  /// Where to begin, relative to the entry; empty for the start page.
  String get path => _launch?.text('path') ?? '';

  /// Whether the session is over, and every call would throw.
  bool get expired => _token == null;

  /// What the host says, to whoever listens.
  Stream<SessionEvent> get events => _events.stream;

  /// The ends of sessions, among [events].
  Stream<SessionOver> get onSessionExpired => events.where((event) => event is SessionOver).cast();

  /// A launch token that lives long enough to be sent to this mini-program's back end; renewed through the host when it
  /// is about to expire.
  ///
  /// Throws [SessionExpired]; [NoHost] or another [PorticoException] when it could not be renewed.
  Future<String> token() async {
    final token = _live();
    if (_environment.now().isBefore(token.renewAt)) return token.value;
    try {
      return await _renewal.run();
    } on PorticoException {
      if (_token == token && _environment.now().isBefore(token.expiresAt)) return token.value;
      rethrow;
    }
  }

  /// A login code: the back end redeems it with its own credentials, once, within five minutes.
  ///
  /// Throws [SessionExpired], [NoHost], [PorticoException].
  Future<String> login() => _code(const {});

  /// A code for the person's phone number: the back end redeems it, once, within five minutes. Needs `phone.verified`.
  ///
  /// Throws [SessionExpired], [NoHost], [PorticoException].
  Future<String> phoneCode() => _code(const {'purpose': 'phone'});

  /// Has the host ask the person for [scope] (one of the manifest, or several, separated by a space), and says whether
  /// all of it is granted now.
  ///
  /// Throws [SessionExpired], [NoHost], [PorticoException].
  Future<bool> requestPermission(String scope) async {
    _live();
    try {
      await _channel.ask('request_permission', answer: 'launch', patience: _decision, fields: {'scope': scope});
    } on PorticoException catch (error) {
      if (error.code == 'access_denied') return false;
      rethrow;
    }
    _live();
    return covers(_scope, scope);
  }

  /// The person's profile, as far as the scopes that hold now open it. Asked anew every time.
  ///
  /// Throws [SessionExpired], [Unreachable], [PorticoException].
  Future<Map<String, Object?>> profile() async {
    final person = _person;
    var profile = await _userInfo.read(await token());
    profile ??= await _userInfo.read(await _renewal.run());
    if (_person != person) throw SessionExpired(_ended);
    return profile ?? (throw const PorticoException('invalid_token', 'userinfo refuses the token'));
  }

  /// Stops listening to the host.
  Future<void> close() async {
    _end('expired');
    await _channel.close();
    await _events.close();
  }

  _Token _live() => _token ?? (throw SessionExpired(_ended));

  Future<String> _code(Map<String, Object?> fields) async {
    _live();
    final reply = await _channel.ask('login', answer: 'login_code', patience: _answer, fields: fields);
    if (reply.text('purpose') == (fields['purpose'] ?? '')) return reply.text('code');
    throw const PorticoException('invalid_response', 'the host gave a code for something else');
  }

  Future<String> _renew() async {
    _live();
    final reply = await _channel.ask('renew', answer: 'token_renewed', patience: _answer);
    return reply.text('token');
  }

  void _hear(BridgeMessage message) {
    switch (message.type) {
      case 'launch':
        _launched(message);
      case 'token_renewed' when _token != null:
        _take(message);
      case 'consent_changed':
        _scope = without(_scope, message.text('removed'));
        _tell(PermissionsChanged(message.text('scope'), message.text('removed')));
      case 'theme_changed':
        _theme = message.text('theme');
        _tell(ThemeChanged(_theme));
      case 'session_expired':
        _end(message.text('reason'));
        _tell(SessionOver(_ended));
    }
  }

  void _launched(BridgeMessage message) {
    final sub = unverifiedClaims(message.text('token')).text('sub');
    final changed = _sub != null && _sub != sub;
    if (changed) {
      _end('signed_out');
      _onPersonChanged?.call();
      _tell(const PersonChanged());
    }
    _sub = sub;
    _launch = message;
    _theme = message.text('theme');
    _take(message);
    _scope = message.text('scope');
    _tell(const LaunchedByHost());
  }

  void _take(BridgeMessage message) {
    final value = message.text('token');
    final lifetime = message.expiresIn;
    final expiresAt = _environment.now().add(lifetime);
    final tenth = lifetime ~/ 10;
    const longest = Duration(seconds: 30);
    _token = (
      value: value,
      renewAt: expiresAt.subtract(tenth < longest ? tenth : longest),
      expiresAt: expiresAt,
    );
    final scope = unverifiedClaims(value).text('scope');
    if (scope.isNotEmpty) _scope = scope;
  }

  void _end(String reason) {
    _ended = reason;
    _person += 1;
    _token = null;
    _launch = null;
    _scope = '';
    _renewal = SingleFlight(_renew);
    _channel.failAll(SessionExpired(reason));
  }

  void _tell(SessionEvent event) {
    _first?.call(event);
    if (!_events.isClosed) _events.add(event);
  }
}
