import 'dart:async';
import 'dart:convert';
import 'dart:math';
import 'dart:typed_data';

import 'package:portico_flutter/core.dart';

import 'clock.dart';

/// A JWT with these claims, whose signature is none.
String jwt(Map<String, Object?> claims) {
  String part(Object value) => base64Url.encode(utf8.encode(jsonEncode(value))).replaceAll('=', '');
  return '${part({'typ': 'at+jwt', 'alg': 'EdDSA'})}.${part(claims)}.c2ln';
}

/// An answer of [FakePortico].
typedef Scripted = ({int status, Map<String, Object?> body, Map<String, String> headers});

/// 200 with [body].
Scripted good(Map<String, Object?> body) => (status: 200, body: body, headers: const {});

/// An OAuth error.
Scripted bad(String error, {int status = 400, Map<String, Object?> more = const {}}) =>
    (status: status, body: {'error': error, ...more}, headers: const {});

/// Portico as the network shows it, with answers that a test gives.
final class FakePortico implements Http {
  /// Its issuer URL.
  static const String issuer = 'https://id.example';

  /// The time that it and the host share.
  final FakeClock clock = FakeClock();

  /// Every request, except those for discovery and for the stream of events.
  final List<({String path, Map<String, String> form, Map<String, String> headers})> asked = [];

  /// Answers to the token endpoint, by what was asked.
  FutureOr<Scripted> Function(Map<String, String> form) token = _tokens;

  /// Answers to everything else.
  FutureOr<Scripted> Function(String path) other = (path) => good(const {});

  /// The body of what [other] answers, in its place.
  Stream<List<int>>? body;

  /// The streams of events that were opened.
  final List<StreamController<List<int>>> streams = [];

  /// How many of [streams] the host has closed.
  int closed = 0;

  /// The status of the streams to come.
  int streamStatus = 200;

  /// What the streams to come wait for.
  Completer<void>? streamGate;

  /// The `Last-Event-ID` of each of [streams].
  final List<String?> resumed = [];

  final Random _random = Random(7);

  /// Whether the network is there.
  bool reachable = true;

  /// How many token requests with this `grant_type` (its last part) came.
  int grants(String type) => asked.where((each) => (each.form['grant_type'] ?? '').endsWith(type)).length;

  /// The world with this in it.
  Environment get environment => Environment(
    http: this,
    now: clock.now,
    timer: clock.timer,
    random: (count) => Uint8List.fromList(List.generate(count, (_) => _random.nextInt(256))),
  );

  /// Says [type] on the last stream.
  void say(String type, Map<String, Object?> data, {String id = '1'}) =>
      streams.last.add(utf8.encode('id: $id\nevent: $type\ndata: ${jsonEncode(data)}\n\n'));

  @override
  Future<HttpResponse> send(HttpRequest request) async {
    if (!reachable) throw const FormatException('no network');
    final path = request.url.path;
    if (path.endsWith('openid-configuration')) return _json(good(_discovery));
    if (path == '/v1/events') return _events(request);
    final form = Uri.splitQueryString(request.body ?? '');
    asked.add((path: path, form: form, headers: request.headers));
    if (path == '/oauth/token') return _json(await token(form));
    final answer = _json(await other(path));
    return HttpResponse(answer.status, answer.headers, body ?? answer.body);
  }

  Future<HttpResponse> _events(HttpRequest request) async {
    final stream = StreamController<List<int>>(onCancel: () => closed += 1);
    streams.add(stream);
    resumed.add(request.headers['last-event-id']);
    await streamGate?.future;
    return HttpResponse(streamStatus, const {}, stream.stream);
  }

  HttpResponse _json(Scripted answer) =>
      HttpResponse(answer.status, answer.headers, Stream.value(utf8.encode(jsonEncode(answer.body))));

  static const Map<String, Object?> _discovery = {
    'issuer': issuer,
    'authorization_endpoint': '$issuer/oauth/authorize',
    'token_endpoint': '$issuer/oauth/token',
    'revocation_endpoint': '$issuer/oauth/revoke',
    'userinfo_endpoint': '$issuer/oauth/userinfo',
  };

  static Scripted _tokens(Map<String, String> form) => switch (form['grant_type']) {
    'refresh_token' => good(signedIn(access: 'refreshed')),
    _ => good(launched()),
  };
}

/// What the token endpoint answers to a sign-in.
Map<String, Object?> signedIn({String access = 'access', String sub = 'p1', String sid = 's1', String? nonce}) => {
  'access_token': access,
  'refresh_token': 'refresh-$access',
  'expires_in': 600,
  'id_token': jwt({
    'iss': FakePortico.issuer,
    'aud': 'super-app',
    'sub': sub,
    'sid': sid,
    'exp': DateTime.utc(2026, 11, 22).millisecondsSinceEpoch ~/ 1000,
    if (nonce != null) 'nonce': nonce,
  }),
};

/// What it answers to a launch.
Map<String, Object?> launched({
  String sub = 'o1',
  String scope = 'openid profile.basic',
  int expiresIn = 1800,
  String jti = '1',
}) => {
  'access_token': jwt({'iss': FakePortico.issuer, 'sub': sub, 'scope': scope, 'jti': jti}),
  'scope': scope,
  'expires_in': expiresIn,
};
