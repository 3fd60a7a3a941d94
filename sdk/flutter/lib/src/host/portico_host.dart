import 'dart:async';
import 'dart:convert';

import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/request.dart';
import 'authorized.dart';
import 'browser.dart';
import 'consent.dart';
import 'exchange.dart';
import 'follower.dart';
import 'host_events.dart';
import 'host_news.dart';
import 'issuer.dart';
import 'launch.dart';
import 'launches.dart';
import 'mini_program.dart';
import 'place.dart';
import 'sign_in.dart';
import 'token_set.dart';
import 'token_store.dart';
import 'tokens.dart';

/// A super app: signs the person in once, opens mini-programs, gives each its launch token over the bridge, and tells
/// all of them when the session ends. One per app.
final class PorticoHost {
  /// A host [clientId] of the [issuer], which is exactly what the discovery document names.
  ///
  /// Sign-in and consent come back to [redirectUri], one of the host's registered ones, in [browser]. Tokens are kept
  /// in [store]. [theme] and [locale] (BCP 47) are those of launches and pages. [onConsentRequired] asks the person in
  /// the app's own way (over [consent] and [decide]); by default the browser opens Portico's page. Nobody waits for it
  /// any more once the session has ended.
  ///
  /// Throws [PorticoException] `invalid_origin` unless the [issuer] is https or loopback.
  PorticoHost({
    required String issuer,
    required String clientId,
    required Uri redirectUri,
    required Browser browser,
    String scope = 'openid host',
    TokenStore? store,
    String theme = 'light',
    String locale = 'en',
    Future<void> Function(ConsentRequest request)? onConsentRequired,
    Environment? environment,
  }) : this._(
         environment ?? Environment(),
         issuer,
         clientId,
         redirectUri,
         browser,
         scope,
         store ?? MemoryTokenStore(),
         theme,
         locale,
         onConsentRequired,
       );

  PorticoHost._(
    this._environment,
    String issuer,
    String clientId,
    Uri redirectUri,
    Browser browser,
    String scope,
    TokenStore store,
    String theme,
    this.locale,
    Future<void> Function(ConsentRequest request)? onConsentRequired,
  ) : _issuer = Issuer(_environment, issuer, clientId) {
    _signIn = SignIn(_environment, _issuer, browser, redirectUri, scope);
    _tokens = Tokens(_environment, _issuer, store, () => _ended('expired'));
    _authorized = Authorized(_environment, _issuer, _tokens);
    final exchange = Exchange(_environment, _issuer, _tokens);
    final consents = Consents(_issuer.url, browser, redirectUri, onConsentRequired);
    _launches = Launches(_environment, _tokens, exchange, _issuer.origin, theme, consents.decide, _events.add);
  }

  final Environment _environment;
  final Issuer _issuer;
  final StreamController<HostEvent> _events = StreamController.broadcast();
  late final SignIn _signIn;
  late final Tokens _tokens;
  late final Authorized _authorized;
  late final Launches _launches;
  Follower? _follower;

  /// The language (BCP 47) of the launches and pages to come.
  String locale;

  /// Everything that happens, to whoever listens.
  Stream<HostEvent> get events => _events.stream;

  /// The ends of sessions, among [events].
  Stream<SessionEnded> get onSessionExpired =>
      _events.stream.where((event) => event is SessionEnded).cast();

  /// Who is signed in, or `null`.
  HostSession? get session => _tokens.session;

  /// The mini-programs that are open.
  List<MiniProgram> get miniPrograms => _launches.open;

  /// The theme of the launches to come. Setting it tells every open mini-program.
  String get theme => _launches.theme;
  set theme(String theme) => _launches.theme = theme;

  /// Has the person sign in at Portico's page, in the browser.
  ///
  /// Throws [SignInFailed] when it did not come to a good end; [Unreachable].
  Future<void> signIn([SignInOptions options = const SignInOptions()]) async =>
      adopt(await _signIn.run(options, locale));

  /// Takes up the session that the store kept, and says whether somebody is signed in.
  ///
  /// Throws [Unreachable] when that cannot be found out now.
  Future<bool> restore() async {
    if (_follower != null) return true;
    await _tokens.restore();
    if (session == null) return false;
    try {
      await _tokens.access();
    } on SessionExpired {
      return session != null;
    }
    if (_follower == null) _begin(_tokens.here());
    return session != null;
  }

  /// Takes up a session that the super app's own back end opened (assertion grant, RFC 7523): [answer] is the token
  /// endpoint's JSON, as the back end got it.
  ///
  /// Throws [PorticoException] `invalid_tokens` when it is none, `disposed` once this host is; [SessionExpired] when
  /// another session was taken up meanwhile.
  Future<void> adopt(Map<String, Object?> answer) async {
    if (_events.isClosed) throw const PorticoException('disposed', 'this host was disposed');
    final tokens = _tokens.read(answer);
    // Somebody else may sign in while the store forgets the one before.
    while (session != null) {
      await _over('signed_out');
    }
    await _tokens.adopt(tokens);
    _begin(tokens.session);
  }

  /// Signs the person out everywhere: ends the session at Portico, tells every open mini-program, drops the tokens.
  ///
  /// Throws [Unreachable] when Portico could not be told: the person is still signed in, here too.
  Future<void> signOut() async {
    final session = this.session;
    await _tokens.revoke();
    if (identical(this.session, session)) await _over('signed_out');
  }

  /// Opens a mini-program at [place], asking the person first where that is due.
  ///
  /// It gets its launch token once it says `ready`. [scope] is what to ask for, by default all that the manifest names;
  /// [path] is where to begin, relative to its entry. [askAgain] asks the person even about what is decided: the way
  /// back after a required permission was refused.
  ///
  /// Throws [AccessDenied], [ConsentRequired] when the person closed the page, [ConsentExpired], [UnknownMiniProgram],
  /// [NotSignedIn], [SessionExpired], [Unreachable]; [PorticoException] `invalid_origin` or `invalid_launch`.
  Future<MiniProgram> launch(
    String appId,
    Place place, {
    String? scope,
    String? theme,
    String? locale,
    String path = '',
    bool askAgain = false,
  }) async => _launches.launch(
    Launch(appId, scope: scope, theme: theme ?? this.theme, locale: locale ?? this.locale, path: path),
    place,
    askAgain: askAgain,
    inHostsTheme: theme == null,
  );

  /// What a consent request asks: `GET /v1/consents/{request}`, for apps that draw their own page.
  Future<Map<String, Object?>> consent(String request) => call('/v1/consents/${Uri.encodeComponent(request)}');

  /// Answers a consent request: `POST /v1/consents/{request}`, for apps that draw their own page.
  Future<void> decide(String request, {required Iterable<String> granted, Iterable<String> refused = const []}) => call(
    '/v1/consents/${Uri.encodeComponent(request)}',
    method: 'POST',
    body: {'granted': granted.toList(), 'refused': refused.toList()},
  );

  /// The JSON object that one of Portico's own paths, such as `/v1/me/profile`, answers to the person's token.
  ///
  /// Throws [SessionExpired], [NotSignedIn], [Unreachable], or [PorticoException] with the code of the answer.
  Future<Map<String, Object?>> call(String path, {String method = 'GET', Map<String, Object?>? body}) async {
    final answer = await _authorized.call(
      path,
      method: method,
      headers: {if (body != null) 'content-type': 'application/json'},
      body: body == null ? null : jsonEncode(body),
    );
    return answer.ok ? answer.body : throw refusal(answer);
  }

  /// Closes everything in this app. The session goes on, and [restore] finds it again.
  Future<void> dispose() async {
    _unfollow();
    _tokens.leave();
    await Future.wait([for (final miniProgram in miniPrograms) miniProgram.close()]);
    await _events.close();
  }

  void _begin(HostSession session) {
    if (_events.isClosed) return _tokens.stop();
    _tokens.check(session);
    _unfollow();
    final follower = _follower = followNews(_environment, _authorized, _heard);
    unawaited(follower.run());
    _events.add(SignedIn(session.sub, session.sid));
  }

  void _heard(HostEvent event) {
    if (event is SessionEnded) return unawaited(_ended(event.reason));
    if (event is ConsentChanged) _launches.consentChanged(event);
    if (!_events.isClosed) _events.add(event);
  }

  /// The server says that it is over: nobody has called who could be told of the store.
  Future<void> _ended(String reason) => _over(reason).onError<Object>((_, __) {});

  Future<void> _over(String reason) async {
    if (session == null) return;
    _unfollow();
    _launches.end(reason);
    try {
      await _tokens.drop();
    } finally {
      if (!_events.isClosed) _events.add(SessionEnded(reason));
    }
  }

  void _unfollow() {
    _follower?.stop();
    _follower = null;
  }
}
