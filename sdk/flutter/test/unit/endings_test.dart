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

/// What is still under way when a session ends, and what was refused before it begins again.
void endingTests() {
  test('a mini-program whose session ends while its place opens is closed, and its launch says so', () async {
    final host = await signedInAt(FakePortico());
    final gate = Completer<void>();
    final place = FakePlace()..whileOpening = () => gate.future;
    final launch = expectThrows<SessionExpired>(() => host.launch(_taxi, place));
    await settle();
    await host.signOut();
    gate.complete();
    await launch;
    expectEqual((place.isOpen, host.miniPrograms.length), (false, 0));
    await host.dispose();
  });

  test('a place that somebody else has by now is left to them by a launch that comes to nothing', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    final place = FakePlace()..whileOpening = () => gate.future;
    final launch = expectThrows<SessionExpired>(() => host.launch(_taxi, place));
    await settle();
    await host.adopt(signedIn(sid: 's2'));
    place.whileOpening = null;
    final next = await host.launch(_taxi, place);
    gate.complete();
    await launch;
    check(place.isOpen && identical(host.miniPrograms.single, next));
    await host.dispose();
  });

  for (final (where, inTheApp) in const [('by the app', true), ('in the browser', false)]) {
    test('a launch whose session ends while the person is asked $where does not wait for an answer', () async {
      final portico = FakePortico();
      final host = hostAt(
        portico,
        browser: FakeBrowser((_) => Completer<Uri?>().future),
        onConsentRequired: inTheApp ? (request) => Completer<void>().future : null,
      );
      await host.adopt(signedIn());
      portico.token = (form) => _consentRequired();
      final launch = expectThrows<SessionExpired>(() => host.launch(_taxi, FakePlace()));
      await settle();
      portico.say('session_expired', {'reason': 'revoked'});
      expectEqual((await launch).reason, 'revoked');
      await host.dispose();
    });
  }

  /// Portico, where a required permission that is asked for and refused is a launch that is denied.
  (FakePortico, Set<String>) porticoGranting(Set<String> granted) {
    final portico = FakePortico();
    portico.token = (form) {
      final asked = (form['scope'] ?? '').split(' ').toSet();
      if (form['prompt'] == 'consent') return _consentRequired();
      if (form['prompt'] != 'none' && !granted.containsAll(asked)) return bad('access_denied');
      return good(launched(scope: asked.intersection(granted).join(' '), jti: '${portico.asked.length}'));
    };
    return (portico, granted);
  }

  test('a permission that was asked for later and refused is none that a relaunch needs', () async {
    final (portico, granted) = porticoGranting({'openid', 'profile.basic', 'address.read'});
    final host = await signedInAt(portico, browser: FakeBrowser((_) => Uri.parse('org.example.superapp:/back?consent=done')));
    final place = FakePlace();
    final taxi = await host.launch(_taxi, place, scope: 'openid profile.basic');
    final document = FakeDocument(place)..say('ready');
    await settle();
    document.say('request_permission', {'id': '1', 'scope': 'address.read phone.verified'});
    await settle();
    expectEqual(document.heard.last.id, '1');
    await taxi.relaunch();
    expectEqual(taxi.scope, 'openid profile.basic address.read');
    granted.add('phone.verified');
    document.say('request_permission', {'id': '2', 'scope': 'phone.verified'});
    await settle();
    await taxi.relaunch();
    expectEqual(taxi.scope, 'openid profile.basic address.read phone.verified');
    await host.dispose();
  });

  test('a permission that was asked for later and withdrawn is none that a relaunch needs', () async {
    final (portico, granted) = porticoGranting({'openid', 'profile.basic', 'phone.verified'});
    final host = await signedInAt(portico, browser: FakeBrowser((_) => Uri.parse('org.example.superapp:/back?consent=done')));
    final place = FakePlace();
    final taxi = await host.launch(_taxi, place, scope: 'openid profile.basic');
    final document = FakeDocument(place)..say('ready');
    await settle();
    document.say('request_permission', {'id': '1', 'scope': 'phone.verified'});
    await settle();
    granted.remove('phone.verified');
    portico.say('consent_changed', {'app_id': _taxi, 'scope': 'openid profile.basic', 'removed': 'phone.verified'});
    await settle();
    await taxi.relaunch();
    expectEqual(taxi.scope, 'openid profile.basic');
    granted.remove('profile.basic');
    portico.say('consent_changed', {'app_id': _taxi, 'scope': 'openid', 'removed': 'profile.basic'});
    await settle();
    await expectThrows<AccessDenied>(taxi.relaunch);
    await host.dispose();
  });
}
