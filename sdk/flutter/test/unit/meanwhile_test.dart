import 'dart:async';

import 'package:portico_flutter/core.dart';

import '../fake/bridge.dart';
import '../fake/host.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

const String _taxi = 'org.example.taxi';

Scripted _consentRequired() => bad(
  'consent_required',
  more: const {'scope': 'profile.basic', 'consent_uri': 'https://id.example/consent/q1', 'consent_request': 'q1'},
);

Map<String, Object?> _bob({String access = 'b'}) => signedIn(access: access, sub: 'p2', sid: 's2');

List<String> _tokens(FakeDocument document) => [
  for (final message in document.heard)
    if (message.text('token').isNotEmpty) message.text('token'),
];

String _tokenOf(String sub) => launched(sub: sub)['access_token']! as String;

bool _isExchange(Map<String, String> form) => form['audience'] == _taxi;

/// What changes while something is awaited: another person, the session's end, another document, another theme.
void meanwhileTests() {
  test('what one person asked for is not opened for the next', () async {
    final portico = FakePortico();
    final gate = Completer<void>();
    final host = hostAt(portico, onConsentRequired: (request) => gate.future);
    await host.adopt(signedIn());
    portico.token = (form) => form['subject_token'] == 'access' ? _consentRequired() : good(launched(sub: 'o2'));
    final place = FakePlace();
    final launch = expectThrows<SessionExpired>(() => host.launch(_taxi, place, path: 'rides/of-alice'));
    await settle();
    await host.adopt(_bob());
    gate.complete();
    await launch;
    check(!place.isOpen && host.miniPrograms.isEmpty);
    await host.dispose();
  });

  test('a question of one person is not put to the next', () async {
    final portico = FakePortico();
    final gate = Completer<Scripted>();
    var asked = 0;
    final host = hostAt(portico, onConsentRequired: (request) async => asked += 1);
    await host.adopt(signedIn());
    portico.token = (form) => gate.future;
    final launch = expectThrows<SessionExpired>(() => host.launch(_taxi, FakePlace()));
    await settle();
    await host.adopt(_bob());
    gate.complete(_consentRequired());
    await launch;
    expectEqual(asked, 0);
    await host.dispose();
  });

  test('a mini-program whose session ends while the one before it is closed is not opened', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (before, _) = await taxiIn(host);
    await host.adopt(_bob());
    portico.token = (form) => good(launched(sub: 'o2'));
    final gate = Completer<void>();
    (before.place as FakePlace).whileClosing = () => gate.future;
    final place = FakePlace();
    final launch = expectThrows<SessionExpired>(() => host.launch(_taxi, place));
    await settle();
    await host.signOut();
    gate.complete();
    await launch;
    check(!place.isOpen && host.miniPrograms.isEmpty);
  });

  test('a launch that comes to nothing leaves what is open at its place hearing', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (other, _) = await taxiIn(host);
    final gate = Completer<void>();
    (other.place as FakePlace).whileClosing = () => gate.future;
    final place = FakePlace();
    await host.launch(_taxi, place);
    final document = FakeDocument(place)..say('ready');
    portico.token = (form) => good(launched(sub: 'o2'));
    final launch = expectThrows<SessionExpired>(() => host.launch(_taxi, place));
    await settle();
    await host.signOut();
    gate.complete();
    await launch;
    expectEqual(document.types.last, 'session_expired');
  });

  test('a launch token for somebody else is not taken, whatever Portico says', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (taxi, document) = await taxiIn(host);
    portico.token = (form) => good(_isExchange(form) ? launched(sub: 'o2') : signedIn(access: 'refreshed'));
    document.say('renew', {'id': '1'});
    await portico.clock.elapse(const Duration(minutes: 29));
    expectEqual(document.heard[1].fields, {'id': '1', 'error': 'invalid_response'});
    expectEqual([..._tokens(document), taxi.person], [_tokenOf('o1'), 'o1']);
    await host.dispose();
  });

  test('what was asked of Portico for one person is not given to the host when another is here', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.other = (path) async {
      await gate.future;
      return good(const {'name': 'Alice'});
    };
    final profile = expectThrows<SessionExpired>(() => host.call('/v1/me/profile'));
    await settle();
    await host.adopt(_bob());
    gate.complete();
    await profile;
    await host.dispose();
  });

  test('a relaunch for another person begins at the start, with the scopes of the host', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final place = FakePlace();
    portico.token = (form) => good(launched(scope: form['scope'] ?? ''));
    final taxi = await host.launch(_taxi, place, scope: 'openid', path: 'rides/of-alice');
    final document = FakeDocument(place)..say('ready');
    document.say('request_permission', {'id': '1', 'scope': 'phone.verified'});
    await settle();
    expectEqual(taxi.scope, 'openid phone.verified');
    await host.adopt(_bob());
    portico.token = (form) => good(launched(sub: 'o2', scope: form['scope'] ?? ''));
    await taxi.relaunch();
    final next = FakeDocument(place)..say('ready');
    await settle();
    final launch = next.heard.single;
    expectEqual((launch.text('scope'), launch.text('path'), taxi.person), ('openid', '', 'o2'));
    await host.dispose();
  });

  test('a relaunch that another person overtakes does not close what is opened for them', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (taxi, _) = await taxiIn(host);
    final place = taxi.place as FakePlace;
    await host.adopt(_bob());
    portico.token = (form) => good(launched(sub: 'o2'));
    final gate = Completer<void>();
    place.whileReopening = () async {
      place.whileReopening = null;
      await gate.future;
      throw const PorticoException('closed');
    };
    final overtaken = expectThrows<SessionExpired>(taxi.relaunch);
    await settle();
    await host.adopt(signedIn(access: 'c', sub: 'p3', sid: 's3'));
    portico.token = (form) => good(launched(sub: 'o3'));
    await taxi.relaunch();
    gate.complete();
    await overtaken;
    final document = FakeDocument(place)..say('ready');
    await settle();
    expectEqual([..._tokens(document), ...host.miniPrograms], [_tokenOf('o3'), taxi]);
    await host.dispose();
  });

  for (var turns = 0; turns < 8; turns++) {
    test('a session that ends $turns turns after an answer came leaves nobody with its token', () async {
      final portico = FakePortico();
      final host = await signedInAt(portico);
      final (taxi, document) = await taxiIn(host);
      final gate = Completer<void>();
      portico.token = (form) async {
        await gate.future;
        return good(launched(jti: '2'));
      };
      document
        ..say('renew', {'id': '1'})
        ..say('login', {'id': '2'});
      final place = FakePlace();
      final launch = host.launch(_taxi, place).then<MiniProgram?>((late) => late, onError: (_) => null);
      final relaunch = taxi.relaunch().onError<PorticoException>((_, __) {});
      await settle();
      gate.complete();
      for (var turn = 0; turn < turns; turn++) {
        await null;
      }
      final next = host.adopt(_bob());
      await settle();
      await (relaunch, next).wait;
      expectEqual((document.types.last, taxi.scope), ('session_expired', ''));
      if (await launch == null) return;
      final late = FakeDocument(place)..say('ready');
      await settle();
      expectEqual(late.types, ['session_expired']);
      await host.dispose();
    });
  }

  test('two permissions that are asked for at once are both kept', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final place = FakePlace();
    portico.token = (form) => good(launched(scope: form['scope'] ?? '', jti: '${portico.asked.length}'));
    final taxi = await host.launch(_taxi, place, scope: 'openid');
    final document = FakeDocument(place)..say('ready');
    document
      ..say('request_permission', {'id': '1', 'scope': 'profile.basic'})
      ..say('request_permission', {'id': '2', 'scope': 'phone.verified'});
    await settle();
    final answers = {for (final message in document.heard) message.id: message.text('scope')};
    check(answers['1']!.contains('profile.basic'));
    expectEqual((answers['2'], taxi.scope), ('openid profile.basic phone.verified', 'openid profile.basic phone.verified'));
    await host.dispose();
  });

  test('a renewal that was asked for before a permission does not take it back', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (taxi, document) = await taxiIn(host);
    final gate = Completer<void>();
    final wider = launched(jti: '3', scope: 'openid profile.basic phone.verified');
    var asked = 0;
    portico.token = (form) async {
      if ((asked += 1) > 1) return good(wider);
      await gate.future;
      return good(launched(jti: '2'));
    };
    document.say('renew', {'id': '1'});
    await settle();
    document.say('request_permission', {'id': '2', 'scope': 'phone.verified'});
    await settle();
    gate.complete();
    await settle();
    expectEqual((document.heard.last.type, document.heard.last.id), ('token_renewed', '1'));
    expectEqual((document.heard.last.text('token'), taxi.scope), (wider['access_token'], wider['scope']));
    await host.dispose();
  });

  test('a theme that is set while a launch is under way is that of what opens, unless the launch has one', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(launched());
    };
    final place = FakePlace(), own = FakePlace();
    final launches = [host.launch(_taxi, place), host.launch(_taxi, own, theme: 'sepia')];
    await settle();
    host.theme = 'dark';
    gate.complete();
    await Future.wait(launches);
    final document = FakeDocument(place)..say('ready'), other = FakeDocument(own)..say('ready');
    await settle();
    expectEqual((document.heard.single.text('theme'), other.heard.single.text('theme')), ('dark', 'sepia'));
    await host.dispose();
  });

  test('a document that is ready while its mini-program is launched again gets the launch, or hears of the end', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (taxi, _) = await taxiIn(host);
    final place = taxi.place as FakePlace;
    await host.adopt(signedIn(access: 'a2', sid: 's2'));
    final gate = Completer<Scripted>();
    portico.token = (form) => gate.future;
    final again = taxi.relaunch();
    await settle();
    place.listener.gone();
    final second = FakeDocument(place)..say('ready');
    await settle();
    expectEqual(second.types, const <String>[]);
    gate.complete(good(launched(jti: '2')));
    await again;
    expectEqual([...second.types, place.reopenings.length], ['launch', 0]);

    await host.adopt(signedIn(access: 'a3', sid: 's3'));
    final refusal = Completer<Scripted>();
    portico.token = (form) => refusal.future;
    final inVain = expectThrows<AccessDenied>(taxi.relaunch);
    await settle();
    final third = FakeDocument(place)..say('ready');
    await settle();
    refusal.complete(bad('access_denied'));
    await inVain;
    expectEqual(third.types, ['session_expired']);
    await host.dispose();
  });

  test('a document that heard of the end before it was ever launched is opened anew by the next launch', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (taxi, _) = await taxiIn(host);
    final place = taxi.place as FakePlace;
    await host.signOut();
    final late = FakeDocument(place)..say('ready');
    await settle();
    await host.adopt(signedIn(sid: 's2'));
    await taxi.relaunch();
    expectEqual([...late.types, place.reopenings.length], ['session_expired', 1]);
    final next = FakeDocument(place)..say('ready');
    await settle();
    expectEqual(next.types, ['launch']);
    await host.dispose();
  });
}
