import 'dart:async';

import 'package:flutter/services.dart';
import 'package:portico_flutter/host.dart';
import 'package:portico_flutter/mini_program.dart';
import 'package:portico_flutter/src/flutter/channels.dart';

import '../fake/host.dart';
import '../fake/platform.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

const String _taxi = 'org.example.taxi', _shop = 'org.example.shop';

Future<(PorticoHost, FakePlatform, FakePortico, Map<String, Future<Connection>>)> _opened() async {
  final platform = FakePlatform({_taxi: StubEngine(), _shop: StubEngine()});
  final portico = FakePortico();
  final connections = <String, Future<Connection>>{};
  platform.begin = (id) => connections[id] = Connection.over(platform.modules[id]!.link, environment: portico.environment);
  final host = await signedInAt(portico);
  return (host, platform, portico, connections);
}

void channelTests() {
  test('a Flutter module in its own engine is launched, renewed and told the end over the two channels', () async {
    final (host, platform, portico, connections) = await _opened();
    final channel = platform.host.modules;
    final taxi = await host.launch(_taxi, FlutterModule(channel: channel));
    final connection = await connections[_taxi]!;
    expectEqual((connection.miniProgramId, connection.theme, taxi.connected), (_taxi, 'light', true));
    expectEqual(await connection.token(), launched()['access_token']);

    portico.token = (form) => good(form['requested_token_type'] == null ? launched(jti: '2') : {'access_token': 'c1', 'expires_in': 300});
    expectEqual(await connection.login(), 'c1');
    await portico.clock.elapse(const Duration(minutes: 28, seconds: 1));
    expectEqual(await connection.token(), launched(jti: '2')['access_token']);
    expectEqual(platform.toHost, ['ready', 'login']);

    final theme = connection.events.first;
    host.theme = 'dark';
    expectEqual((await theme as ThemeChanged).theme, 'dark');
    final over = connection.onSessionExpired.first;
    portico.say('session_expired', {'reason': 'erased'});
    expectEqual((await over).reason, 'revoked');
    await expectThrows<SessionExpired>(connection.token);
  });

  test('two modules of one host cannot hear or read each other', () async {
    final (host, platform, portico, connections) = await _opened();
    final channel = platform.host.modules;
    portico.token = (form) => good(launched(sub: 'o-${form['audience']}'));
    await host.launch(_taxi, FlutterModule(channel: channel));
    await host.launch(_shop, FlutterModule(channel: channel));
    final taxi = await connections[_taxi]!, shop = await connections[_shop]!;
    check(await taxi.token() != await shop.token());
    var heard = 0;
    shop.events.listen((_) => heard += 1);
    portico.say('consent_changed', {'app_id': _taxi, 'scope': 'openid', 'removed': 'profile.basic'});
    await settle();
    expectEqual((taxi.scope, shop.scope, heard), ('openid', 'openid profile.basic', 0));
    await host.dispose();
  });

  test('a module that the person closes is closed in the host, and hears nothing more', () async {
    final (host, platform, portico, connections) = await _opened();
    final taxi = await host.launch(_taxi, FlutterModule(channel: platform.host.modules));
    await connections[_taxi]!;
    platform.close(_taxi);
    await settle();
    check(!taxi.connected && host.miniPrograms.isEmpty);
    await host.dispose();
    expectEqual(portico.clock.waiting, 0);
  });

  test('a module that starts anew says ready and is launched anew', () async {
    final (host, platform, portico, connections) = await _opened();
    await host.launch(_taxi, FlutterModule(channel: platform.host.modules));
    await (await connections[_taxi]!).close();
    final again = await Connection.over(platform.modules[_taxi]!.link, environment: portico.environment);
    expectEqual(await again.token(), launched()['access_token']);
    await host.dispose();
  });

  test('a module that is launched twice is launched where it is, and is one mini-program', () async {
    final (host, platform, portico, connections) = await _opened();
    final channel = platform.host.modules;
    final first = await host.launch(_taxi, FlutterModule(channel: channel));
    final connection = await connections[_taxi]!;
    final launches = <String>[];
    connection.events.listen((event) => launches.add('${event.runtimeType} ${connection.path}'));
    final second = await host.launch(_taxi, FlutterModule(channel: channel), path: 'pages/ride');
    await settle();
    expectEqual(launches, ['LaunchedByHost pages/ride']);
    expectEqual([first.connected, second.connected, host.miniPrograms.length], [false, true, 1]);
    portico.say('session_expired', {'reason': 'expired'});
    await settle();
    check(connection.expired);
  });

  test('a module that is launched for another person runs in a new engine, and the old one is heard no more', () async {
    final (host, platform, portico, connections) = await _opened();
    final taxi = await host.launch(_taxi, FlutterModule(channel: platform.host.modules));
    final before = await connections[_taxi]!;
    final engine = platform.modules[_taxi]!;
    await host.adopt(signedIn(sid: 's2'));
    portico.token = (form) => good(launched(sub: 'o2'));
    await taxi.relaunch();
    final after = await connections[_taxi]!;
    expectEqual(platform.gone, [(_taxi, engine)]);
    check(!identical(before, after) && before.expired && taxi.connected);
    expectEqual(await after.token(), launched(sub: 'o2')['access_token']);
    expectEqual(host.miniPrograms, [taxi]);
    await host.dispose();
  });

  test('a module that still runs for somebody else is not launched where it is', () async {
    final (host, platform, portico, connections) = await _opened();
    final channel = platform.host.modules;
    final places = [FlutterModule(channel: channel), FlutterModule(channel: channel)];
    var last = await host.launch(_taxi, places.first);
    for (final (index, place) in [places.first, places.last].indexed) {
      final before = await connections[_taxi]!, person = 'o${index + 2}';
      await host.adopt(signedIn(sid: 's${index + 2}'));
      portico.token = (form) => good(launched(sub: person));
      final next = await host.launch(_taxi, place);
      expectEqual(await (await connections[_taxi]!).token(), launched(sub: person)['access_token']);
      check(before.expired && !last.connected && next.connected);
      expectEqual((platform.gone.length, host.miniPrograms.single), (index + 1, next));
      last = next;
    }
    await host.dispose();
  });

  test('a module that says ready while its engine is taken away gets nothing', () async {
    final (host, platform, portico, connections) = await _opened();
    final taxi = await host.launch(_taxi, FlutterModule(channel: platform.host.modules));
    await connections[_taxi]!;
    final platformSays = platform.host.platform[bridgeChannel.name]!;
    final told = <String>[];
    platform.host.platform[bridgeChannel.name] = (call) async {
      if (call.method == 'close' && told.isEmpty) {
        await platform.host.callDart(bridgeChannel.name, 'ready', const {'miniProgramId': _taxi});
        await settle();
        expectEqual((told.length, taxi.connected), (0, false));
      }
      told.add(call.method);
      return platformSays(call);
    };
    await host.adopt(signedIn(sid: 's2'));
    told.clear();
    portico.token = (form) => good(launched(sub: 'o2'));
    await taxi.relaunch();
    expectEqual(told.take(2).toList(), ['close', 'launch']);
    await host.dispose();
  });

  test('a module that the app does not have is a clear exception, and nothing stays open', () async {
    final (host, platform, _, _) = await _opened();
    final place = FlutterModule(channel: platform.host.modules);
    final error = await expectThrows<PorticoException>(() => host.launch('org.example.nowhere', place));
    expectEqual((error.code, host.miniPrograms.length), ('unknown_module', 0));
    await host.dispose();
  });

  test('an engine that no host opened has no host', () async {
    await expectThrows<NoHost>(() => StubEngine().run(connect));
    final refused = StubEngine();
    refused.platform[bridgeChannel.name] = (_) => throw PlatformException(code: 'no_host');
    await expectThrows<NoHost>(() => refused.run(connect));
  });

  test('what is no message of the bridge is dropped by both ends', () async {
    final (host, platform, _, connections) = await _opened();
    await host.launch(_taxi, FlutterModule(channel: platform.host.modules));
    final connection = await connections[_taxi]!;
    final engine = platform.modules[_taxi]!;
    for (final arguments in <Object?>[null, 'text', const {'portico': 2, 'reason': 'expired'}, const {'reason': 1}]) {
      await engine.callDart(bridgeChannel.name, 'session_expired', arguments);
      engine.emit(bridgeEvents.name, arguments);
      await platform.host.callDart(bridgeChannel.name, 'ready', arguments);
    }
    await settle();
    check(!connection.expired);
    await host.dispose();
  });

  test('the browser is asked over its channel, and may be closed', () async {
    final engine = StubEngine();
    Object? asked;
    engine.platform[browserChannel.name] = (call) async {
      asked = call.arguments;
      return 'a:/b?code=1';
    };
    final back = Uri.parse('a:/b'), browser = SystemBrowser(methods: engine.method(browserChannel));
    expectEqual(await browser.open(Uri.parse('https://id.example/'), returnTo: back), Uri.parse('a:/b?code=1'));
    expectEqual(asked, {'page': 'https://id.example/', 'returnTo': 'a:/b'});
    engine.platform[browserChannel.name] = (call) async => null;
    expectEqual(await browser.open(Uri.parse('https://id.example/'), returnTo: back), null);
    engine.platform[browserChannel.name] = (call) async => 'a://[';
    expectEqual(await browser.open(Uri.parse('https://id.example/'), returnTo: back), back);
    engine.platform[browserChannel.name] = (call) async => throw PlatformException(code: 'no_browser');
    Future<void> open() => browser.open(Uri.parse('https://id.example/'), returnTo: back);
    expectEqual((await expectThrows<PorticoException>(open)).code, 'no_browser');
  });
}
