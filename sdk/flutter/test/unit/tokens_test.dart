import 'dart:async';

import 'package:portico_flutter/core.dart';

import '../fake/host.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

String? _bearer(FakePortico portico) => portico.asked.last.headers['authorization'];

/// A store whose writes are done when a test says so, in the order that it likes.
final class _SlowStore implements TokenStore {
  final List<void Function()> waiting = [];
  String? kept;

  Future<void> _later(String? value) {
    final done = Completer<void>();
    waiting.add(() {
      kept = value;
      done.complete();
    });
    return done.future;
  }

  @override
  Future<String?> read(String key) async => kept;

  @override
  Future<void> write(String key, String value) => _later(value);

  @override
  Future<void> delete(String key) => _later(null);
}

void tokensTests() {
  test('tokens are renewed in time, by themselves', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    await portico.clock.elapse(const Duration(minutes: 8, seconds: 59));
    expectEqual(portico.grants('refresh_token'), 0);
    await portico.clock.elapse(const Duration(seconds: 2));
    expectEqual(portico.grants('refresh_token'), 1);
    expectEqual(portico.asked.single.form['refresh_token'], 'refresh-access');
    await host.call('/v1/me/profile');
    expectEqual(_bearer(portico), 'Bearer refreshed');
    await host.dispose();
  });

  test('fifty calls with an old token renew it once', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(signedIn(access: 'refreshed'));
    };
    await portico.clock.elapse(const Duration(minutes: 9, seconds: 20));
    final calls = [for (var i = 0; i < 50; i++) host.call('/v1/me/profile')];
    await settle();
    gate.complete();
    await Future.wait(calls);
    expectEqual(portico.grants('refresh_token'), 1);
    expectEqual(portico.asked.where((each) => each.headers['authorization'] == 'Bearer refreshed').length, 50);
    await host.dispose();
  });

  test('a token that is refused is renewed once and tried again', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    portico.other = (path) => _bearer(portico) == 'Bearer access' ? bad('invalid_token', status: 401) : good({'name': 'Ana'});
    expectEqual((await host.call('/v1/me/profile'))['name'], 'Ana');
    await host.dispose();
  });

  test('a renewed token that is refused too means that the session is over', () async {
    final portico = FakePortico()..other = (path) => bad('invalid_token', status: 401);
    final host = await signedInAt(portico);
    final (_, taxi) = await taxiIn(host);
    await expectThrows<SessionExpired>(() => host.call('/v1/me/profile'));
    expectEqual(taxi.types.last, 'session_expired');
    await expectThrows<NotSignedIn>(() => host.call('/v1/me/profile'));
  });

  test('a refresh token that is refused ends the session, with its tokens', () async {
    final portico = FakePortico()..token = (form) => bad('invalid_grant');
    final store = MemoryTokenStore();
    final host = hostAt(portico, store: store);
    await host.adopt(signedIn());
    final ended = host.onSessionExpired.first;
    await portico.clock.elapse(const Duration(minutes: 10));
    expectEqual((await ended).reason, 'expired');
    check(host.session == null && await store.read('portico.super-app.tokens') == null);
  });

  test('without a network the old token is used while it is good', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    portico.token = (form) => bad('temporarily_unavailable', status: 503);
    await portico.clock.elapse(const Duration(minutes: 9, seconds: 30));
    await host.call('/v1/me/profile');
    expectEqual(_bearer(portico), 'Bearer access');
    await portico.clock.elapse(const Duration(seconds: 31));
    await expectThrows<Unreachable>(() => host.call('/v1/me/profile'));
    check(host.session != null, 'nobody was signed out');
    await host.dispose();
  });

  test('a server that says when to come back is asked then, and not before', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    portico.token = (form) => (status: 503, body: const <String, Object?>{}, headers: const {'retry-after': '20'});
    await portico.clock.elapse(const Duration(minutes: 9));
    expectEqual(portico.grants('refresh_token'), 1);
    await portico.clock.elapse(const Duration(seconds: 19));
    await host.call('/v1/me/profile');
    expectEqual((portico.grants('refresh_token'), _bearer(portico)), (1, 'Bearer access'));
    await portico.clock.elapse(const Duration(seconds: 2));
    expectEqual(portico.grants('refresh_token'), 2);
    await host.dispose();
  });

  test('a server that wants to be asked again at once is left a pause', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final (_, taxi) = await taxiIn(host);
    portico.token = (form) => (status: 503, body: const <String, Object?>{}, headers: const {'retry-after': '0'});
    await portico.clock.elapse(const Duration(minutes: 9, seconds: 4));
    expectEqual(portico.grants('refresh_token'), 1);
    await portico.clock.elapse(const Duration(minutes: 19));
    check(portico.asked.length < 500, '${portico.asked.length} requests');
    expectEqual(taxi.types, ['launch']);
    await host.dispose();
  });

  test('a session is found again in the store, and a broken store is none', () async {
    final store = MemoryTokenStore();
    final first = hostAt(FakePortico(), store: store);
    await first.adopt(signedIn());
    await first.dispose();
    final again = hostAt(FakePortico(), store: store);
    check(await again.restore() && again.session?.sid == 's1');
    await again.dispose();
    await store.write('portico.super-app.tokens', '{"sub": 1');
    check(!await hostAt(FakePortico(), store: store).restore());
  });

  test('a session that is refused late does not end the one that has begun meanwhile', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.other = (path) async {
      if (_bearer(portico) == 'Bearer refreshed') await gate.future;
      return bad('invalid_token', status: 401);
    };
    final late = expectThrows<SessionExpired>(() => host.call('/v1/me/profile'));
    await settle();
    await host.adopt(signedIn(access: 'other', sid: 's2'));
    final (_, taxi) = await taxiIn(host);
    gate.complete();
    await late;
    await settle();
    expectEqual([host.session?.sid, ...taxi.types], ['s2', 'launch']);
    await host.dispose();
  });

  test('a new session does not wait for a renewal of the one before', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.token = (form) async {
      if (form['refresh_token'] == 'refresh-access') await gate.future;
      return good(signedIn(access: 'refreshed'));
    };
    await portico.clock.elapse(const Duration(minutes: 9, seconds: 1));
    await host.adopt({...signedIn(access: 'other', sid: 's2'), 'expires_in': 0});
    await host.call('/v1/me/profile');
    expectEqual(_bearer(portico), 'Bearer refreshed');
    gate.complete();
    await settle();
    expectEqual(host.session?.sid, 's2');
    await host.dispose();
  });

  test('a sign-out that takes long does not end the session that has begun meanwhile', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.other = (path) async {
      await gate.future;
      return good(const {});
    };
    final out = host.signOut();
    await settle();
    await host.adopt(signedIn(access: 'other', sid: 's2'));
    gate.complete();
    await out;
    expectEqual(host.session?.sid, 's2');
    await host.dispose();
  });

  test('a sign-out whose answer is lost is one all the same when the events said so', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    await settle();
    portico.other = (path) async {
      portico.say('session_expired', {'reason': 'signed_out'});
      await settle();
      return bad('temporarily_unavailable', status: 503);
    };
    await host.signOut();
    expectEqual(host.session, null);
  });

  test('a sign-out that waited for a renewal does not revoke the tokens of somebody else', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(signedIn(access: 'refreshed'));
    };
    await portico.clock.elapse(const Duration(minutes: 9, seconds: 1));
    final out = host.signOut();
    await host.adopt(signedIn(access: 'other', sid: 's2'));
    gate.complete();
    await out;
    check(portico.asked.every((each) => each.path != '/oauth/revoke'));
    expectEqual(host.session?.sid, 's2');
    await host.dispose();
  });

  test('an answer that is not that of a sign-in changes nothing', () async {
    final host = await signedInAt(FakePortico());
    for (final missing in ['access_token', 'refresh_token', 'id_token']) {
      final error = await expectThrows<PorticoException>(() => host.adopt(signedIn(sid: 's2')..remove(missing)));
      expectEqual((error.code, host.session?.sid), ('invalid_tokens', 's1'));
    }
    await host.dispose();
  });

  test('an answer that never ends is given up after half a minute, and its connection closed', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final endless = StreamController<List<int>>();
    portico.body = endless.stream;
    final call = expectThrows<Unreachable>(() => host.call('/v1/me/profile'));
    await portico.clock.elapse(const Duration(seconds: 29));
    check(endless.hasListener);
    await portico.clock.elapse(const Duration(seconds: 1));
    await call;
    check(!endless.hasListener);
    await host.dispose();
  });

  test('what is written to the store last is there in the end, however long each write takes', () async {
    final store = _SlowStore();
    final host = hostAt(FakePortico(), store: store);
    final overtaken = expectThrows<SessionExpired>(() => host.adopt(signedIn()));
    await settle();
    final second = host.adopt(signedIn(sid: 's2'));
    for (var i = 0; i < 4; i++) {
      await settle();
      if (store.waiting.isNotEmpty) store.waiting.removeLast()();
    }
    await Future.wait([overtaken, second]);
    check((store.kept ?? '').contains('"sid":"s2"'), '${store.kept}');
    await host.dispose();
  });

  test('a host that was disposed takes up no session', () async {
    final portico = FakePortico();
    final host = hostAt(portico);
    await host.dispose();
    expectEqual((await expectThrows<PorticoException>(() => host.adopt(signedIn()))).code, 'disposed');
    expectEqual((host.session, portico.streams.length), (null, 0));
  });

  test('signing out while a renewal is under way waits for it, and revokes the newer token', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(signedIn(access: 'refreshed'));
    };
    await portico.clock.elapse(const Duration(minutes: 9, seconds: 1));
    final out = host.signOut();
    gate.complete();
    await out;
    expectEqual(portico.asked.last.path, '/oauth/revoke');
    expectEqual(portico.asked.last.form['token'], 'refresh-refreshed');
    check(host.session == null);
  });

  test('a sign-out that Portico did not hear of is none', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    portico.reachable = false;
    await expectThrows<Unreachable>(host.signOut);
    check(host.session != null);
    await host.dispose();
  });

  test('a renewal that comes back after the session has ended brings nobody back', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(signedIn(access: 'refreshed'));
    };
    await portico.clock.elapse(const Duration(minutes: 9, seconds: 1));
    portico.say('session_expired', {'reason': 'revoked'});
    await settle();
    gate.complete();
    await settle();
    check(host.session == null);
  });
}
