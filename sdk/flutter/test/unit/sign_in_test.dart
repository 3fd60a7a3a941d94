import 'package:portico_flutter/core.dart';

import '../fake/host.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

Uri _back(Uri page, [Map<String, String> more = const {}]) => Uri.parse('org.example.superapp:/back').replace(
  queryParameters: {
    'code': 'c1',
    'state': page.queryParameters['state']!,
    'iss': FakePortico.issuer,
    ...more,
  },
);

void signInTests() {
  test('a sign-in goes by code and PKCE, and its tokens are taken', () async {
    final portico = FakePortico();
    final browser = FakeBrowser(_back);
    portico.token = (form) => good(signedIn(nonce: browser.opened.single.queryParameters['nonce']));
    final host = hostAt(portico, browser: browser);
    await host.signIn(const SignInOptions(prompt: 'login', maxAge: Duration(minutes: 5)));
    final query = browser.opened.single.queryParameters;
    expectEqual(
      [for (final name in ['response_type', 'client_id', 'redirect_uri', 'scope', 'code_challenge_method', 'max_age']) query[name]],
      ['code', 'super-app', 'org.example.superapp:/back', 'openid host', 'S256', '300'],
    );
    final form = portico.asked.single.form;
    expectEqual((form['grant_type'], form['code'], form['client_id']), ('authorization_code', 'c1', 'super-app'));
    expectEqual(form['code_verifier']!.length, 43);
    check(query.values.every((value) => value != form['code_verifier']), 'the verifier is not in the address');
    expectEqual((host.session?.sub, host.session?.sid), ('p1', 's1'));
    await host.dispose();
  });

  for (final (what, more, code) in const [
    ('another state', {'state': 'x'}, 'state_mismatch'),
    ('another issuer', {'iss': 'https://evil.example'}, 'issuer_mismatch'),
    ('an error', {'error': 'login_required'}, 'login_required'),
  ]) {
    test('a sign-in that comes back with $what is refused, and no code is redeemed', () async {
      final portico = FakePortico();
      final host = hostAt(portico, browser: FakeBrowser((page) => _back(page, more)));
      expectEqual((await expectThrows<SignInFailed>(host.signIn)).code, code);
      check(host.session == null && portico.asked.isEmpty);
    });
  }

  for (final (what, claims) in const [
    ('another nonce', {'nonce': 'x'}),
    ('another audience', {'aud': 'other'}),
    ('another issuer', {'iss': 'https://evil.example'}),
    ('another authorized party', {'azp': 'other'}),
    ('an end in the past', {'exp': 1}),
  ]) {
    test('an ID token with $what is refused', () async {
      final portico = FakePortico();
      final browser = FakeBrowser(_back);
      portico.token = (form) => good({
        ...signedIn(),
        'id_token': jwt({
          'iss': FakePortico.issuer,
          'aud': ['super-app'],
          'sub': 'p1',
          'sid': 's1',
          'exp': portico.clock.now().millisecondsSinceEpoch ~/ 1000 + 600,
          'nonce': browser.opened.single.queryParameters['nonce'],
          ...claims,
        }),
      });
      final host = hostAt(portico, browser: browser);
      expectEqual((await expectThrows<SignInFailed>(host.signIn)).code, 'invalid_id_token');
      check(host.session == null);
    });
  }

  test('a browser that is closed is a sign-in that failed', () async {
    final host = hostAt(FakePortico());
    expectEqual((await expectThrows<SignInFailed>(host.signIn)).code, 'cancelled');
  });

  test('a discovery document that speaks for somebody else is refused', () async {
    final host = PorticoHost(
      issuer: 'https://id.example/',
      clientId: 'super-app',
      redirectUri: Uri.parse('org.example.superapp:/back'),
      browser: FakeBrowser(),
      environment: FakePortico().environment,
    );
    expectEqual((await expectThrows<PorticoException>(host.signIn)).code, 'invalid_issuer');
  });
}
