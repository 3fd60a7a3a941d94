import 'dart:async';

import 'package:portico_flutter/core.dart';

import '../fake/bridge.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

Map<String, Object?> _launch({String sub = 'o1', String scope = 'openid profile.basic', String? id}) => {
  if (id != null) 'id': id,
  'miniProgramId': 'org.example.taxi',
  'token': launched(sub: sub, scope: scope)['access_token'],
  'scope': scope,
  'expiresIn': 1800,
  'theme': 'dark',
  'locale': 'ru',
  'path': 'pages/ride',
};

Future<(Connection, FakeLink, FakePortico)> _connected({void Function()? onPersonChanged}) async {
  final link = FakeLink(), portico = FakePortico();
  final connecting = Connection.over(link, environment: portico.environment, onPersonChanged: onPersonChanged);
  await settle();
  expectEqual(link.said, [
    {'portico': 1, 'type': 'ready'},
  ]);
  link.say('launch', _launch());
  return (await connecting, link, portico);
}

void connectionTests() {
  test('a mini-program says ready, and is connected once it is launched', () async {
    final (connection, _, _) = await _connected();
    expectEqual(
      (connection.miniProgramId, connection.scope, connection.theme, connection.locale, connection.path),
      ('org.example.taxi', 'openid profile.basic', 'dark', 'ru', 'pages/ride'),
    );
    expectEqual(await connection.token(), _launch()['token']);
  });

  test('without a host, or a launch in time, there is no connection', () async {
    final portico = FakePortico(), link = FakeLink()..hasHost = false;
    await expectThrows<NoHost>(() => Connection.over(link, environment: portico.environment));
    final silent = expectThrows<NoHost>(() => Connection.over(FakeLink(), environment: portico.environment));
    await portico.clock.elapse(const Duration(seconds: 31));
    await silent;
    final over = FakeLink();
    final ended = expectThrows<SessionExpired>(() => Connection.over(over, environment: portico.environment));
    await settle();
    over.say('session_expired', {'reason': 'expired'});
    await ended;
  });

  test('fifty askers renew an old token with one question', () async {
    final (connection, link, portico) = await _connected();
    await portico.clock.elapse(const Duration(minutes: 29, seconds: 40));
    final tokens = [for (var i = 0; i < 50; i++) connection.token()];
    await settle();
    expectEqual(link.said.skip(1).toList(), [
      {'portico': 1, 'type': 'renew', 'id': '1'},
    ]);
    link.say('token_renewed', {'id': '1', 'token': 'a.b.c', 'expiresIn': 1800});
    expectEqual((await Future.wait(tokens)).toSet(), {'a.b.c'});
  });

  test('a renewal that fails leaves the old token in use while it is good', () async {
    final (connection, link, portico) = await _connected();
    await portico.clock.elapse(const Duration(minutes: 29, seconds: 40));
    final token = connection.token();
    await settle();
    link.say('error', {'id': '1', 'error': 'temporarily_unavailable'});
    expectEqual(await token, _launch()['token']);
    await portico.clock.elapse(const Duration(seconds: 21));
    final late = expectThrows<PorticoException>(connection.token);
    await settle();
    link.say('error', {'id': '2', 'error': 'temporarily_unavailable'});
    expectEqual((await late).code, 'temporarily_unavailable');
  });

  test('codes are asked for, and one for something else is refused', () async {
    final (connection, link, _) = await _connected();
    final code = connection.login();
    await settle();
    link.say('login_code', {'id': '1', 'code': 'c1', 'expiresIn': 300});
    expectEqual(await code, 'c1');
    final phone = connection.phoneCode();
    await settle();
    expectEqual(link.said.last, {'portico': 1, 'type': 'login', 'id': '2', 'purpose': 'phone'});
    final refused = expectThrows<PorticoException>(() => phone);
    link.say('login_code', {'id': '2', 'code': 'c2', 'expiresIn': 300});
    expectEqual((await refused).code, 'invalid_response');
  });

  test('a permission is granted, or it is not', () async {
    final (connection, link, _) = await _connected();
    final granted = connection.requestPermission('phone.verified');
    await settle();
    link.say('launch', _launch(scope: 'openid phone.verified', id: '1'));
    check(await granted);
    final refused = connection.requestPermission('kyc.status');
    await settle();
    link.say('error', {'id': '2', 'error': 'access_denied'});
    check(!await refused);
  });

  test('the profile is asked for with the token, and once more when that is refused', () async {
    final (connection, link, portico) = await _connected();
    portico.other = (path) => portico.asked.length < 2 ? bad('invalid_token', status: 401) : good({'sub': 'o1', 'name': 'Ana'});
    final profile = connection.profile();
    await settle();
    link.say('token_renewed', {'id': '1', 'token': launched(jti: '2')['access_token'], 'expiresIn': 1800});
    expectEqual((await profile)['name'], 'Ana');
    expectEqual(portico.asked.last.headers['authorization'], 'Bearer ${launched(jti: '2')['access_token']}');
  });

  test('after the end every call throws, and so does everything that waits, until the next launch', () async {
    final (connection, link, portico) = await _connected();
    final gate = Completer<Scripted>();
    portico.other = (path) => gate.future;
    final waiting = [
      expectThrows<SessionExpired>(connection.login),
      expectThrows<SessionExpired>(() => connection.requestPermission('phone.verified')),
      expectThrows<SessionExpired>(connection.profile),
    ];
    final over = connection.onSessionExpired.first;
    await settle();
    link.say('session_expired', {'reason': 'signed_out'});
    gate.complete(good({'sub': 'o1'}));
    await Future.wait(waiting);
    expectEqual((await over).reason, 'signed_out');
    final calls = <Future<Object?> Function()>[
      connection.token,
      connection.login,
      connection.phoneCode,
      connection.profile,
      () => connection.requestPermission('phone.verified'),
    ];
    for (final call in calls) {
      expectEqual((await expectThrows<SessionExpired>(call)).reason, 'signed_out');
    }
    check(connection.expired && connection.scope.isEmpty);
    link.say('token_renewed', {'token': 'a.b.c', 'expiresIn': 1800});
    await expectThrows<SessionExpired>(connection.token);
    link.say('launch', _launch());
    await connection.token();
  });

  test('a launch for somebody else is told before anything of it can be seen', () async {
    late Connection connection;
    String? scopeThen;
    final (made, link, _) = await _connected(onPersonChanged: () => scopeThen = connection.scope);
    connection = made;
    final events = <Type>[];
    connection.events.listen((event) => events.add(event.runtimeType));
    final waiting = expectThrows<SessionExpired>(connection.login);
    await settle();
    link.say('launch', _launch(sub: 'o2'));
    await waiting;
    await settle();
    expectEqual(scopeThen, '');
    expectEqual(events, [PersonChanged, LaunchedByHost]);
    link.say('launch', _launch(sub: 'o2'));
    await settle();
    expectEqual(events, [PersonChanged, LaunchedByHost, LaunchedByHost]);
  });

  test('what is withdrawn is out of the scope, and a later token keeps it out', () async {
    final (connection, link, _) = await _connected();
    link.say('consent_changed', {'scope': 'openid', 'removed': 'profile.basic'});
    expectEqual(connection.scope, 'openid');
    link.say('token_renewed', {'token': launched(scope: 'openid')['access_token'], 'expiresIn': 60});
    expectEqual(connection.scope, 'openid');
  });

  test('a message that is not well-formed changes nothing', () async {
    final (connection, link, _) = await _connected();
    link
      ..say('session_expired', {'reason': 'Signed out'})
      ..say('launch', _launch()..['token'] = 'x')
      ..say('renew', {'id': '1'});
    expectEqual(await connection.token(), _launch()['token']);
  });
}
