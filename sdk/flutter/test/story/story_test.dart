import 'dart:async';
import 'dart:convert';

import 'package:portico_flutter/core.dart';

import '../fake/bridge.dart';
import '../support/runner.dart';
import 'world.dart';

Future<Map<String, Object?>> _introspect(World world, String token) async {
  final answer = await IoHttp().send(
    HttpRequest(
      Uri.parse('${world.server.issuer}/oauth/introspect'),
      method: 'POST',
      headers: {
        'authorization': 'Basic ${base64.encode(utf8.encode('$taxiId:${world.taxiSecret}'))}',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'token=$token',
    ),
  );
  return jsonDecode(await utf8.decoder.bind(answer.body).join()) as Map<String, Object?>;
}

Future<(MiniProgram, Connection)> _open(PorticoHost host, {Environment? environment}) async {
  final place = JoinedPlace();
  final (miniProgram, connection) = await (
    host.launch(taxiId, place),
    Connection.over(place, environment: environment),
  ).wait;
  return (miniProgram, connection);
}

void storyTests(Future<World> Function() open) {
  test('story: a person signs in once, agrees, and the mini-program knows them by name', () async {
    final world = await open();
    final (ana, _) = await world.person('Ana Markou');
    final host = world.host(ana);
    await host.signIn();
    expectEqual(ana.pages, ['sign-in']);
    final (miniProgram, taxi) = await _open(host);
    expectEqual(ana.pages, ['consent']);
    expectEqual((await taxi.profile())['name'], 'Ana Markou');
    final seen = await _introspect(world, await taxi.token());
    expectEqual((seen['active'], seen['sub']), (true, (await taxi.profile())['sub']));
    check((seen['scope']! as String).split(' ').contains('profile.basic'));
    await miniProgram.close();

    ana.pages = [];
    final (_, again) = await _open(host);
    expectEqual((ana.pages.length, (await again.profile())['name']), (0, 'Ana Markou'));
    await host.dispose();
  });

  test('story: a login code is redeemed by the back end, once', () async {
    final world = await open();
    final (ben, _) = await world.person('Ben Ito');
    final host = world.host(ben);
    await host.signIn();
    final (_, taxi) = await _open(host);
    final code = await taxi.login();
    Future<int> redeem() async => (await IoHttp().send(
      HttpRequest(
        Uri.parse('${world.server.issuer}/oauth/token'),
        method: 'POST',
        headers: {
          'authorization': 'Basic ${base64.encode(utf8.encode('$taxiId:${world.taxiSecret}'))}',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=authorization_code&code=${Uri.encodeQueryComponent(code)}',
      ),
    )).status;
    expectEqual((await redeem(), await redeem()), (200, 400));
    await host.dispose();
  });

  test('story: a permission is asked for when it is needed, and withdrawn again', () async {
    final world = await open();
    final (eva, _) = await world.person('Eva Roth');
    final host = world.host(eva);
    await host.signIn();
    final (_, taxi) = await _open(host);
    expectEqual((await taxi.profile())['phone_number'], null);
    check(!await taxi.requestPermission('phone.verified'), 'it was not ticked');
    eva.generous = true;
    check(await taxi.requestPermission('phone.verified'));
    check((await taxi.profile())['phone_number'] != null);
    final online = host.events.firstWhere((event) => event is ConsentChanged);
    final changed = taxi.events.firstWhere((event) => event is PermissionsChanged);
    await host.call('/v1/me/apps/$taxiId', method: 'PATCH', body: {'scope': 'openid profile.basic'});
    expectEqual((await changed as PermissionsChanged).removed, 'phone.verified');
    expectEqual((await online as ConsentChanged).appId, taxiId);
    expectEqual((await taxi.profile())['phone_number'], null);
    expectEqual((await taxi.profile())['name'], 'Eva Roth');
    await host.dispose();
  });

  test('story: tokens are renewed with one request in flight, the host\'s and the mini-program\'s', () async {
    final world = await open();
    final (kai, _) = await world.person('Kai Sato');
    final clock = SkewedClock();
    final http = CountingHttp();
    // Timers would fire at once after the leap; here only those who ask renew.
    final environment = Environment(
      http: http,
      now: clock.now,
      timer: (after, run) => Timer(after + const Duration(hours: 2), run),
    );
    final host = world.host(kai, environment: environment);
    await host.signIn();
    final (_, taxi) = await _open(host, environment: environment);
    final old = await taxi.token();
    http.grants.clear();
    clock.ahead = const Duration(minutes: 29, seconds: 50);
    final tokens = await Future.wait([for (var i = 0; i < 20; i++) taxi.token()]);
    expectEqual((tokens.toSet().length, tokens.first != old), (1, true));
    expectEqual((await _introspect(world, tokens.first))['active'], true);
    final names = await Future.wait([for (var i = 0; i < 20; i++) host.call('/v1/me/profile')]);
    expectEqual(names.map((profile) => profile['name']).toSet(), {'Kai Sato'});
    expectEqual(http.grants, {'refresh_token': 1, 'token-exchange': 1});
    await host.dispose();
  });

  test('story: an end that comes from elsewhere stops every open mini-program', () async {
    final world = await open();
    final (lea, id) = await world.person('Lea Novak');
    final host = world.host(lea);
    final online = host.events.firstWhere((event) => event is Online);
    await host.signIn();
    await online;
    final (first, taxi) = await _open(host);
    await first.close();
    final (_, other) = await _open(host);
    final (_, third) = await _open(host);
    final token = await other.token();
    final ended = Future.wait([other.onSessionExpired.first, third.onSessionExpired.first, host.onSessionExpired.first]);
    await world.server.command(['users', 'end-sessions', id]);
    expectEqual((await _introspect(world, token))['active'], false);
    final reasons = await ended;
    expectEqual([for (final each in reasons.take(2)) (each as SessionOver).reason], ['revoked', 'revoked']);
    await expectThrows<SessionExpired>(other.token);
    await expectThrows<SessionExpired>(third.profile);
    check(host.session == null && taxi.miniProgramId == taxiId);
  });

  test('story: a sign-out here is one everywhere, and the next person is somebody else', () async {
    final world = await open();
    final (mia, _) = await world.person('Mia Berg');
    final (noa, _) = await world.person('Noa Levi');
    final host = world.host(mia);
    await host.signIn();
    final (miniProgram, taxi) = await _open(host);
    final token = await taxi.token();
    final sub = (await taxi.profile())['sub'];
    await host.signOut();
    await expectThrows<SessionExpired>(taxi.profile);
    expectEqual((await _introspect(world, token))['active'], false);

    final next = world.host(noa);
    await next.signIn();
    await (await next.launch(taxiId, FakePlace(const {}))).close();
    check((await _open(next)).$2.miniProgramId == taxiId);
    check((await (await _open(next)).$2.profile())['sub'] != sub);
    await miniProgram.close();
    await next.dispose();
  });

  test('story: a session is found again after the app was closed, and is not after it ended', () async {
    final world = await open();
    final (ola, id) = await world.person('Ola Nowak');
    final store = MemoryTokenStore();
    final first = world.host(ola, store: store);
    await first.signIn();
    await first.dispose();
    final second = world.host(ola, store: store);
    check(await second.restore());
    expectEqual((await second.call('/v1/me/profile'))['name'], 'Ola Nowak');
    await second.dispose();
    await world.server.command(['users', 'end-sessions', id]);
    final third = world.host(ola, store: store);
    final ended = third.onSessionExpired.first;
    if (await third.restore()) await ended;
    check(third.session == null);
  });

  test('story: what does not exist or is refused has its own exception', () async {
    final world = await open();
    final (pia, _) = await world.person('Pia Lund');
    final host = world.host(pia);
    await expectThrows<NotSignedIn>(() => host.launch(taxiId, FakePlace()));
    await host.signIn();
    await expectThrows<UnknownMiniProgram>(() => host.launch('org.example.nowhere', FakePlace()));
    final beyond = await expectThrows<PorticoException>(
      () => host.launch(taxiId, FakePlace(), scope: 'openid kyc.status'),
    );
    expectEqual(beyond.code, 'invalid_scope');
    pia.decision = 'refuse';
    await expectThrows<AccessDenied>(() => host.launch(taxiId, FakePlace()));
    pia.decision = 'allow';
    await host.launch(taxiId, FakePlace(), askAgain: true);
    await host.dispose();
  });

  test('story: an app draws its own consent page', () async {
    final world = await open();
    final (rui, _) = await world.person('Rui Costa');
    late final PorticoHost host;
    host = PorticoHost(
      issuer: world.server.issuer,
      clientId: 'super-app',
      redirectUri: redirectUri,
      browser: rui,
      onConsentRequired: (question) async {
        check((await host.consent(question.request)).isNotEmpty);
        await host.decide(question.request, granted: ['profile.basic'], refused: ['phone.verified']);
      },
    );
    await host.signIn();
    final (_, taxi) = await _open(host);
    expectEqual(taxi.scope.split(' ').toSet(), {'openid', 'profile.basic'});
    await host.dispose();
  });
}
