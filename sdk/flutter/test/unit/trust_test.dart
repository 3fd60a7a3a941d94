import 'dart:convert';

import 'package:portico_flutter/core.dart';
import 'package:portico_flutter/src/shared/request.dart';

import '../fake/bridge.dart';
import '../fake/host.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

/// [portico], whose discovery document is [discovery]; notes where tokens are sent.
final class _Watched implements Http {
  _Watched(this.portico, {this.discovery = const {}});

  final FakePortico portico;
  final Map<String, Object?> discovery;
  final Set<String> told = {};

  @override
  Future<HttpResponse> send(HttpRequest request) async {
    if (request.headers.containsKey('authorization') || (request.body ?? '').contains('token=')) {
      told.add(request.url.origin);
    }
    final answer = await portico.send(request);
    if (!request.url.path.endsWith('openid-configuration')) return answer;
    final document = jsonDecode(await utf8.decodeStream(answer.body)) as Map<String, Object?>;
    return HttpResponse(answer.status, answer.headers, Stream.value(utf8.encode(jsonEncode({...document, ...discovery}))));
  }

  PorticoHost host({String issuer = FakePortico.issuer}) => PorticoHost(
    issuer: issuer,
    clientId: 'super-app',
    redirectUri: Uri.parse('org.example.superapp:/back'),
    browser: FakeBrowser(),
    environment: environment,
  );

  Environment get environment =>
      Environment(http: this, now: portico.clock.now, timer: portico.clock.timer, random: portico.environment.random);
}

/// What is not taken at its word: addresses, answers, and who else may open the app's redirect URI.
void trustTests() {
  test('whatever the path of a call is, the token goes to the issuer', () async {
    final watched = _Watched(FakePortico());
    final host = watched.host();
    await host.adopt(signedIn());
    final paths = ['@evil.example/x', '.evil.example/x', ':8443/x', '//evil.example/x', r'\evil.example', 'v1/me/profile'];
    for (final path in paths) {
      await host.call(path);
    }
    await settle();
    expectEqual(watched.told, {FakePortico.issuer});
    expectEqual(watched.portico.asked.last.path, '/v1/me/profile');
    await host.dispose();
  });

  test('an issuer is https or loopback', () async {
    for (final issuer in ['http://id.example', 'ftp://id.example', 'id.example', 'https://a@id.example', 'http://[', '']) {
      final error = await expectThrows<PorticoException>(() => _Watched(FakePortico()).host(issuer: issuer));
      expectEqual(error.code, 'invalid_origin');
    }
    await _Watched(FakePortico()).host(issuer: 'http://127.0.0.1:8080').dispose();
    final error = await expectThrows<PorticoException>(
      () => Metadata.discover(_Watched(FakePortico()).environment, 'http://id.example'),
    );
    expectEqual(error.code, 'invalid_origin');
  });

  for (final endpoint in ['authorization_endpoint', 'token_endpoint', 'revocation_endpoint', 'userinfo_endpoint']) {
    test('a discovery document whose $endpoint is neither https nor loopback is refused', () async {
      for (final address in ['http://id.example/oauth', '', 'http://[']) {
        final watched = _Watched(FakePortico(), discovery: {endpoint: address});
        final host = watched.host();
        await host.adopt(signedIn());
        expectEqual((await expectThrows<PorticoException>(host.signOut)).code, 'invalid_issuer');
        expectEqual(watched.told, {FakePortico.issuer});
        await host.dispose();
      }
    });
  }

  test('a renewal that is answered without tokens is tried again later, and the token before stays', () async {
    for (final answer in [
      const <String, Object?>{},
      const {'access_token': 'new', 'refresh_token': 'r'},
      const {'expires_in': 600},
    ]) {
      final portico = FakePortico();
      final host = await signedInAt(portico);
      portico.token = (form) => good(answer);
      await portico.clock.elapse(const Duration(minutes: 9, seconds: 21));
      check(portico.grants('refresh_token') <= 5, '${portico.grants('refresh_token')} renewals in 21 seconds');
      await host.call('/v1/me/profile');
      expectEqual(portico.asked.last.headers['authorization'], 'Bearer access');
      portico.token = (form) => good(signedIn(access: 'refreshed'));
      await portico.clock.elapse(const Duration(seconds: 5));
      expectEqual(portico.asked.last.form['refresh_token'], 'refresh-access');
      await host.dispose();
    }
  });

  test('an exchange that is answered without a token is tried again later', () async {
    for (final answer in [const <String, Object?>{}, const {'access_token': 'a.b.c'}, const {'expires_in': 600}]) {
      final portico = FakePortico();
      final host = await signedInAt(portico);
      final (_, taxi) = await taxiIn(host);
      portico.token = (form) => good(form['grant_type'] == 'refresh_token' ? signedIn() : answer);
      await portico.clock.elapse(const Duration(minutes: 28, seconds: 21));
      final tried = portico.grants('token-exchange');
      check(tried >= 3 && tried <= 6, '$tried exchanges');
      expectEqual(taxi.types, ['launch']);
      portico.token = (form) => good(form['grant_type'] == 'refresh_token' ? signedIn() : launched(jti: '2'));
      await portico.clock.elapse(const Duration(seconds: 5));
      expectEqual(taxi.types, ['launch', 'token_renewed']);
      portico.token = (form) => good(answer);
      await expectThrows<Unreachable>(() => host.launch('org.example.shop', FakePlace({'https://shop.example'})));
      await host.dispose();
    }
  });

  test('a redirect that cannot be read, which any app may send, is an answer to another question', () async {
    for (final query in ['state=%FF&code=x', 'state=%zz', '%C3%28=1', 'state=%']) {
      final portico = FakePortico();
      final host = hostAt(portico, browser: FakeBrowser((page) => Uri.parse('org.example.superapp:/back?$query')));
      expectEqual((await expectThrows<SignInFailed>(host.signIn)).code, 'state_mismatch');
      await host.adopt(signedIn());
      portico.token = (form) => bad(
        'consent_required',
        more: const {'scope': 'openid', 'consent_uri': 'https://id.example/consent/q1', 'consent_request': 'q1'},
      );
      await expectThrows<ConsentExpired>(() => host.launch('org.example.taxi', FakePlace()));
      await host.dispose();
    }
  });

  test('an address that is not the redirect URI is no answer, whatever it says', () async {
    for (final place in ['org.example.superapp:/other', 'org.example.superapp://host/back', 'org.example.other:/back']) {
      final portico = FakePortico();
      final browser = FakeBrowser((page) => Uri.parse(place).replace(
        queryParameters: {...page.queryParameters, 'code': 'c1', 'iss': FakePortico.issuer, 'consent': 'done'},
      ));
      final host = hostAt(portico, browser: browser);
      expectEqual((await expectThrows<SignInFailed>(host.signIn)).code, 'state_mismatch');
      await host.adopt(signedIn());
      portico.token = (form) => bad(
        'consent_required',
        more: const {'scope': 'openid', 'consent_uri': 'https://id.example/consent/q1', 'consent_request': 'q1'},
      );
      await expectThrows<ConsentExpired>(() => host.launch('org.example.taxi', FakePlace()));
      await host.dispose();
    }
  });

  test("no mini-program is opened at the issuer's origin", () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final place = FakePlace(const {'https://taxi.example', FakePortico.issuer});
    final error = await expectThrows<PorticoException>(() => host.launch('org.example.taxi', place));
    expectEqual((error.code, place.isOpen, portico.asked.length), ('invalid_origin', false, 0));
    await host.dispose();
  });
}
