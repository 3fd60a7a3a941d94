import 'dart:async';

import 'package:portico_flutter/core.dart';

import '../fake/bridge.dart';
import '../fake/host.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

Scripted _consentRequired() => bad(
  'consent_required',
  more: const {
    'scope': 'profile.basic',
    'consent_uri': 'https://id.example/consent/q1?k=v',
    'consent_request': 'q1',
  },
);

void launchTests() {
  test('a launch token goes to the document that said ready, and says everything', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    host
      ..theme = 'dark'
      ..locale = 'zh-Hans';
    final place = FakePlace();
    final taxi = await host.launch('org.example.taxi', place, path: 'pages/ride');
    check(place.isOpen && !taxi.connected);
    final document = FakeDocument(place)..say('ready');
    await settle();
    final launch = document.heard.single.toJson()..remove('token');
    expectEqual(launch, {
      'portico': 1,
      'type': 'launch',
      'miniProgramId': 'org.example.taxi',
      'scope': 'openid profile.basic',
      'expiresIn': 1800,
      'theme': 'dark',
      'locale': 'zh-Hans',
      'path': 'pages/ride',
    });
    final form = portico.asked.single.form;
    expectEqual((form['audience'], form['subject_token']), ('org.example.taxi', 'access'));
    await host.dispose();
  });

  test('a document that has not said ready gets no answer, and one that was replaced hears nothing more', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final place = FakePlace();
    await host.launch('org.example.taxi', place);
    final first = FakeDocument(place)..say('renew', {'id': '1'});
    await settle();
    expectEqual((first.heard.length, portico.grants('token-exchange')), (0, 1));
    first.say('ready');
    await settle();
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(launched());
    };
    first.say('renew', {'id': '2'});
    await settle();
    final second = FakeDocument(place);
    place.listener.gone();
    gate.complete();
    await settle();
    expectEqual(first.types, ['launch']);
    second.say('ready');
    await settle();
    host.theme = 'dark';
    expectEqual(second.types, ['launch', 'theme_changed']);
    expectEqual(first.types, ['launch']);
    await host.dispose();
  });

  test('consent is asked for in the browser, and the launch goes on', () async {
    final portico = FakePortico();
    final browser = FakeBrowser((page) => Uri.parse('org.example.superapp:/back?consent=done'));
    final host = await signedInAt(portico, browser: browser);
    portico.token = (form) => browser.opened.isEmpty ? _consentRequired() : good(launched());
    final taxi = await host.launch('org.example.taxi', FakePlace());
    expectEqual(taxi.scope, 'openid profile.basic');
    final page = browser.opened.single;
    expectEqual(page.path, '/consent/q1');
    expectEqual(page.queryParameters, {
      'k': 'v',
      'return_to': 'org.example.superapp:/back',
      'ui_locales': 'en',
      'theme': 'light',
    });
    await host.dispose();
  });

  test('a consent page that is closed, too old or elsewhere launches nothing', () async {
    final portico = FakePortico()..token = (form) => _consentRequired();
    Uri? end;
    final host = await signedInAt(portico, browser: FakeBrowser((page) => end));
    Future<void> launch() => host.launch('org.example.taxi', FakePlace());
    await expectThrows<ConsentRequired>(launch);
    end = Uri.parse('org.example.superapp:/back?consent=expired');
    await expectThrows<ConsentExpired>(launch);
    portico.token = (form) => bad('consent_required', more: const {'consent_uri': 'https://evil.example/consent'});
    expectEqual((await expectThrows<PorticoException>(launch)).code, 'invalid_consent_uri');
    check(host.miniPrograms.isEmpty);
    await host.dispose();
  });

  test('an app may ask by itself', () async {
    final portico = FakePortico();
    final asked = <String>[];
    final host = hostAt(portico, onConsentRequired: (request) async => asked.add(request.request));
    await host.adopt(signedIn());
    portico.token = (form) => asked.isEmpty ? _consentRequired() : good(launched());
    await host.launch('org.example.taxi', FakePlace());
    expectEqual(asked, ['q1']);
    await host.dispose();
  });

  test('every refusal has its own exception', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    Future<void> launch() => host.launch('org.example.taxi', FakePlace());
    portico.token = (form) => bad('access_denied');
    await expectThrows<AccessDenied>(launch);
    portico.token = (form) => bad('invalid_target');
    expectEqual((await expectThrows<UnknownMiniProgram>(launch)).appId, 'org.example.taxi');
    portico.token = (form) => bad('invalid_scope');
    expectEqual((await expectThrows<PorticoException>(launch)).code, 'invalid_scope');
    portico.token = (form) => bad('invalid_grant');
    await expectThrows<SessionExpired>(launch);
    await expectThrows<NotSignedIn>(launch);
  });

  test('two mini-programs never share an origin', () async {
    final host = await signedInAt(FakePortico());
    await host.launch('org.example.taxi', FakePlace());
    Future<void> other() => host.launch('org.example.shop', FakePlace(const {'https://shop.example', 'https://taxi.example'}));
    expectEqual((await expectThrows<PorticoException>(other)).code, 'invalid_origin');
    await host.dispose();
  });

  test('a launch that is not well-formed asks nobody', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    for (final path in ['//evil.example', 'javascript:alert(1)', 'a b']) {
      final error = await expectThrows<PorticoException>(() => host.launch('org.example.taxi', FakePlace(), path: path));
      expectEqual(error.code, 'invalid_launch');
    }
    expectEqual(portico.asked.length, 0);
    await host.dispose();
  });

  test('an open mini-program gets a younger token in time, and fifty askers share one request', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (_, taxi) = await taxiIn(host);
    await portico.clock.elapse(const Duration(minutes: 28, seconds: 1));
    expectEqual(taxi.types, ['launch', 'token_renewed']);
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(launched());
    };
    final before = portico.grants('token-exchange');
    for (var id = 0; id < 50; id++) {
      taxi.say('renew', {'id': '$id'});
    }
    await settle();
    gate.complete();
    await settle();
    expectEqual(portico.grants('token-exchange') - before, 1);
    expectEqual([for (final each in taxi.heard.skip(2)) each.id], [for (var id = 0; id < 50; id++) '$id']);
    await host.dispose();
  });

  test('codes are given for a log-in and for a phone number, each marked as what it is', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (_, taxi) = await taxiIn(host);
    portico.token = (form) => good({'access_token': 'code-of-${form['requested_token_type']!.split(':').last}', 'expires_in': 300});
    taxi
      ..say('login', {'id': '1'})
      ..say('login', {'id': '2', 'purpose': 'phone'});
    await settle();
    expectEqual([for (final each in taxi.heard.skip(1)) each.fields], [
      {'id': '1', 'code': 'code-of-login-code', 'expiresIn': 300},
      {'id': '2', 'code': 'code-of-phone-code', 'expiresIn': 300, 'purpose': 'phone'},
    ]);
    await host.dispose();
  });

  test('a permission that is asked for is launched with, or refused by its id', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico, browser: FakeBrowser((_) => Uri.parse('a:/b?consent=done')));
    final (_, taxi) = await taxiIn(host);
    portico.token = (form) => form['prompt'] == 'consent'
        ? _consentRequired()
        : good(launched(scope: 'openid profile.basic phone.verified'));
    taxi.say('request_permission', {'id': '7', 'scope': 'phone.verified'});
    await settle();
    expectEqual((taxi.heard.last.type, taxi.heard.last.id), ('launch', '7'));
    check(taxi.heard.last.text('scope').endsWith('phone.verified'));
    portico.token = (form) => bad('access_denied');
    taxi.say('request_permission', {'id': '8', 'scope': 'kyc.status'});
    await settle();
    expectEqual(taxi.heard.last.fields, {'id': '8', 'error': 'access_denied'});
    await host.dispose();
  });

  test('a launch token that arrives after the sign-out goes nowhere', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (_, taxi) = await taxiIn(host);
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(launched());
    };
    taxi.say('renew', {'id': '1'});
    final launch = expectThrows<SessionExpired>(() => host.launch('org.example.shop', FakePlace(const {})));
    await settle();
    portico.say('session_expired', {'reason': 'password_changed'});
    await settle();
    gate.complete();
    await launch;
    await settle();
    expectEqual(taxi.heard.last.toJson(), {'portico': 1, 'type': 'session_expired', 'reason': 'revoked'});
    expectEqual(taxi.types, ['launch', 'session_expired']);
  });

  test('a renewal that comes back after the mini-program was closed leaves nothing behind', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (miniProgram, taxi) = await taxiIn(host);
    final before = portico.clock.waiting;
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(launched());
    };
    taxi.say('renew', {'id': '1'});
    await settle();
    await miniProgram.close();
    gate.complete();
    await settle();
    expectEqual((taxi.types.last, miniProgram.scope, portico.clock.waiting), ('launch', '', before - 1));
    await host.dispose();
  });

  test('after the end every word of a mini-program is answered with it, until it is launched again', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (miniProgram, taxi) = await taxiIn(host);
    await host.signOut();
    taxi.say('login', {'id': '1'});
    await settle();
    expectEqual(taxi.types, ['launch', 'session_expired', 'session_expired']);
    await host.adopt(signedIn(sid: 's2'));
    await miniProgram.relaunch();
    expectEqual(taxi.types.last, 'launch');
    await miniProgram.close();
    expectEqual((await expectThrows<PorticoException>(miniProgram.relaunch)).code, 'closed');
    await host.dispose();
  });
}
