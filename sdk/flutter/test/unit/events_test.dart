import 'dart:async';
import 'dart:convert';

import 'package:portico_flutter/core.dart';

import '../fake/bridge.dart';
import '../fake/host.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

void eventsTests() {
  test('news reach the app and the mini-program concerned', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (miniProgram, taxi) = await taxiIn(host);
    final heard = <HostEvent>[];
    host.events.listen(heard.add);
    portico
      ..say('consent_changed', {'app_id': 'org.example.taxi', 'scope': 'openid', 'removed': 'profile.basic'})
      ..say('consent_changed', {'app_id': 'org.example.shop', 'scope': 'openid', 'removed': 'kyc.status'})
      ..say('profile_changed', {'claims': ['name', 1]})
      ..say('ping', {})
      ..say('what_a_later_version_says', {});
    await settle();
    expectEqual(taxi.heard.last.fields, {'scope': 'openid', 'removed': 'profile.basic'});
    expectEqual(taxi.types.length, 2);
    expectEqual(miniProgram.scope, 'openid');
    expectEqual([for (final event in heard) event.runtimeType], [ConsentChanged, ConsentChanged, ProfileChanged]);
    expectEqual((heard.last as ProfileChanged).claims, ['name']);
    await host.dispose();
  });

  test('the end of the session reaches every open mini-program, and then the app', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (_, taxi) = await taxiIn(host);
    final ended = host.onSessionExpired.first;
    portico.say('session_expired', {'sid': 's1', 'reason': 'suspended', 'at': 1});
    expectEqual((await ended).reason, 'suspended');
    expectEqual(taxi.heard.last.text('reason'), 'revoked');
    check(host.session == null);
    expectEqual(portico.clock.waiting, 0);
  });

  test('a place that fails keeps nobody else from hearing the end', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (_, taxi) = await taxiIn(host);
    final shop = FakePlace(const {});
    await host.launch('org.example.shop', shop);
    final document = FakeDocument(shop)..say('ready');
    await settle();
    taxi.fault = StateError('a fault of the place');
    final thrown = <Object>[];
    await runZonedGuarded(host.signOut, (error, _) => thrown.add(error));
    expectEqual([thrown.length, ...document.types, host.session], [1, 'launch', 'session_expired', null]);
  });

  test('a stream that is refused, or opens when nobody waits any more, is closed', () async {
    final portico = FakePortico()..streamStatus = 403;
    final host = await signedInAt(portico);
    await settle();
    expectEqual((portico.streams.length, portico.closed), (1, 1));
    portico
      ..streamStatus = 200
      ..streamGate = Completer();
    await portico.clock.elapse(const Duration(minutes: 1));
    check(portico.streams.length > 2);
    portico.streamGate!.complete();
    await settle();
    await host.dispose();
    await settle();
    expectEqual(portico.closed, portico.streams.length);
  });

  test('a stream that broke is resumed after the last event, later each time', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    await settle();
    portico.say('ping', {}, id: '41');
    await settle();
    await portico.streams.last.close();
    await portico.clock.elapse(const Duration(seconds: 1));
    expectEqual(portico.resumed, [null, '41']);
    portico.reachable = false;
    await portico.streams.last.close();
    await portico.clock.elapse(const Duration(seconds: 40));
    portico.reachable = true;
    await portico.clock.elapse(const Duration(seconds: 30));
    expectEqual(portico.resumed, [null, '41', '41']);
    await host.dispose();
  });

  test('a silent stream is taken for dead after 45 seconds, and a pinged one is not', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    await settle();
    await portico.clock.elapse(const Duration(seconds: 44));
    portico.say('ping', {});
    await portico.clock.elapse(const Duration(seconds: 44));
    expectEqual(portico.streams.length, 1);
    await portico.clock.elapse(const Duration(seconds: 3));
    expectEqual(portico.streams.length, 2);
    check(!portico.streams.first.hasListener, 'the old one is closed');
    await host.dispose();
  });

  test('an event that is cut in two, within a letter even, is one event', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    await settle();
    final bytes = utf8.encode('event: profile_changed\ndata: {"claims":["Zoë"]}\n\n');
    final next = host.events.firstWhere((event) => event is ProfileChanged);
    for (final byte in bytes) {
      portico.streams.last.add([byte]);
    }
    expectEqual((await next as ProfileChanged).claims, ['Zoë']);
    await host.dispose();
  });

  test('a host that is disposed leaves nothing running', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    await taxiIn(host);
    await host.dispose();
    await settle();
    expectEqual(portico.clock.waiting, 0);
    check(!portico.streams.last.hasListener);
  });
}
