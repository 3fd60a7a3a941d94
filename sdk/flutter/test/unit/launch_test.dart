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
    final host = await signedInAt(portico, browser: FakeBrowser((_) => Uri.parse('org.example.superapp:/back?consent=done')));
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

  test('a relaunch for another person opens the place anew, and the document before hears nothing of it', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (miniProgram, taxi) = await taxiIn(host);
    final place = miniProgram.place as FakePlace;
    await host.adopt(signedIn(sid: 's2'));
    portico.token = (form) => good(launched(sub: 'o2'));
    await miniProgram.relaunch();
    expectEqual(place.reopenings.single.text('token'), launched(sub: 'o2')['access_token']);
    check(!miniProgram.connected && miniProgram.person == 'o2');
    host.theme = 'dark';
    taxi.say('renew', {'id': '1'});
    await settle();
    expectEqual(taxi.types, ['launch', 'session_expired']);
    final next = FakeDocument(place)..say('ready');
    await settle();
    expectEqual(next.heard.single.text('token'), launched(sub: 'o2')['access_token']);
    await miniProgram.relaunch();
    expectEqual([...next.types, place.reopenings.length], ['launch', 'launch', 1]);
    await host.dispose();
  });

  test('a place that cannot be opened anew is closed, and so is one that was closed meanwhile', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (first, _) = await taxiIn(host);
    portico.token = (form) => good(launched(sub: 'o2'));
    (first.place as FakePlace).whileReopening = () async => throw const PorticoException('unsupported_web_view');
    expectEqual((await expectThrows<PorticoException>(first.relaunch)).code, 'unsupported_web_view');
    check(host.miniPrograms.isEmpty && !first.connected);

    final (second, _) = await taxiIn(host);
    portico.token = (form) => good(launched(sub: 'o3'));
    final place = second.place as FakePlace;
    place.whileReopening = () async {
      await second.close();
      place.isOpen = true;
    };
    expectEqual((await expectThrows<PorticoException>(second.relaunch)).code, 'closed');
    check(!place.isOpen && host.miniPrograms.isEmpty);
    await host.dispose();
  });

  test('a launch closes what the mini-program still has open for somebody else, and nothing of the same person', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (first, _) = await taxiIn(host);
    final (second, _) = await taxiIn(host);
    expectEqual(host.miniPrograms, [first, second]);
    await host.adopt(signedIn(sid: 's2'));
    portico.token = (form) => good(launched(sub: 'o2'));
    final (third, _) = await taxiIn(host);
    expectEqual(host.miniPrograms, [third]);
    check(!(first.place as FakePlace).isOpen && !(second.place as FakePlace).isOpen);
    await host.dispose();
  });

  test('what was asked for in one session is not taken in the next', () async {
    final portico = FakePortico();
    final gate = Completer<void>();
    final host = hostAt(portico, onConsentRequired: (request) => gate.future);
    await host.adopt(signedIn());
    final (miniProgram, taxi) = await taxiIn(host);
    portico.token = (form) => form['prompt'] == 'consent' ? _consentRequired() : good(launched(jti: '2'));
    taxi.say('request_permission', {'id': '1', 'scope': 'phone.verified'});
    await settle();
    await host.adopt(signedIn(sid: 's2'));
    await miniProgram.relaunch();
    portico.token = (form) => good(launched(jti: '3'));
    gate.complete();
    await settle();
    expectEqual(taxi.types, ['launch', 'session_expired', 'launch']);
    host.theme = 'dark';
    check(taxi.heard.every((each) => each.text('token') != launched(jti: '3')['access_token']));
    await host.dispose();
  });

  test('a relaunch does not wait for a renewal of the session before', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (miniProgram, taxi) = await taxiIn(host);
    final gate = Completer<void>();
    portico.token = (form) async {
      if (form['subject_token'] == 'access') await gate.future;
      return good(launched(jti: '2'));
    };
    taxi.say('renew', {'id': '1'});
    await settle();
    await host.adopt(signedIn(access: 'other', sid: 's2'));
    await miniProgram.relaunch();
    taxi.say('renew', {'id': '2'});
    await settle();
    expectEqual((taxi.heard.last.type, taxi.heard.last.id), ('token_renewed', '2'));
    gate.complete();
    await settle();
    await host.dispose();
  });

  test('a document that is ready shortly before the end is launched without Portico, and gets the next token after', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final place = FakePlace();
    await host.launch('org.example.taxi', place);
    await portico.clock.elapse(const Duration(minutes: 29));
    portico.reachable = false;
    final document = FakeDocument(place)..say('ready');
    await settle();
    expectEqual((document.heard.single.type, document.heard.single.expiresIn), ('launch', const Duration(minutes: 1)));
    portico.reachable = true;
    await portico.clock.elapse(const Duration(seconds: 5));
    expectEqual(document.types, ['launch', 'token_renewed']);
    await host.dispose();
  });

  test('a token that is about to end is renewed before a launch, or launched with where that cannot be', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final place = FakePlace();
    await host.launch('org.example.taxi', place);
    await portico.clock.elapse(const Duration(minutes: 29, seconds: 55));
    portico.token = (form) => bad('temporarily_unavailable', status: 503);
    final first = FakeDocument(place)..say('ready');
    await settle();
    expectEqual(first.heard.single.expiresIn, const Duration(seconds: 5));
    portico.token = (form) => good(form['refresh_token'] == null ? launched(jti: '2') : signedIn(access: 'refreshed'));
    final second = FakeDocument(place)..say('ready');
    await settle();
    expectEqual(second.heard.single.text('token'), launched(jti: '2')['access_token']);
    await host.dispose();
  });

  test('a document that is ready when the token has ended is launched as soon as Portico can be reached', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final place = FakePlace();
    await host.launch('org.example.taxi', place);
    portico.reachable = false;
    await portico.clock.elapse(const Duration(minutes: 31));
    final document = FakeDocument(place)..say('ready');
    await settle();
    expectEqual(document.types, const <String>[]);
    portico.reachable = true;
    await portico.clock.elapse(const Duration(seconds: 6));
    expectEqual(document.types, ['launch']);
    await host.dispose();
  });

  test("what the app's own callback throws is answered, whatever it is", () async {
    final portico = FakePortico();
    Object thrown = StateError('a fault of the app');
    final host = hostAt(portico, onConsentRequired: (request) => throw thrown);
    await host.adopt(signedIn());
    final (_, taxi) = await taxiIn(host);
    portico.token = (form) => _consentRequired();
    taxi.say('request_permission', {'id': '1', 'scope': 'phone.verified'});
    await settle();
    thrown = const PorticoException('Not A Code');
    taxi.say('request_permission', {'id': '2', 'scope': 'phone.verified'});
    await settle();
    expectEqual([for (final each in taxi.heard.skip(1)) each.fields], [
      {'id': '1', 'error': 'server_error'},
      {'id': '2', 'error': 'server_error'},
    ]);
    await host.dispose();
  });

  test('an answer of Portico that no message can hold is an error to who asked', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (_, taxi) = await taxiIn(host);
    portico.token = (form) => good(const {'access_token': 'no token', 'scope': 'openid', 'expires_in': 300});
    taxi
      ..say('renew', {'id': '1'})
      ..say('login', {'id': '2'});
    await settle();
    expectEqual([for (final each in taxi.heard.skip(1)) each.fields], [
      {'id': '1', 'error': 'invalid_response'},
      {'id': '2', 'error': 'invalid_response'},
    ]);
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
