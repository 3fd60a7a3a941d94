import 'dart:async';

import 'package:portico_flutter/core.dart';

import '../fake/bridge.dart';
import '../fake/host.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

/// A keystore that can be locked, and takes its time.
final class _Keystore implements TokenStore {
  final MemoryTokenStore _kept = MemoryTokenStore();
  bool isLocked = false;
  Future<void>? busy;

  /// What is kept, whatever its key.
  String kept = '';

  @override
  Future<String?> read(String key) => _kept.read(key);

  @override
  Future<void> write(String key, String value) async {
    await _change();
    await _kept.write(key, kept = value);
  }

  @override
  Future<void> delete(String key) async {
    await _change();
    kept = '';
    await _kept.delete(key);
  }

  Future<void> _change() async {
    await busy;
    if (isLocked) throw StateError('the keystore is locked');
  }
}

Future<(PorticoHost, _Keystore, List<String>)> _signedInAt(FakePortico portico) async {
  final keystore = _Keystore(), told = <String>[];
  final host = hostAt(portico, store: keystore);
  await host.adopt(signedIn());
  host.onSessionExpired.listen((end) => told.add(end.reason));
  await settle();
  return (host, keystore, told);
}

/// What a keystore that fails, or is slow, keeps nobody from.
void keystoreTests() {
  test('a keystore that cannot forget keeps nobody from hearing of a sign-out, and who called hears of the keystore', () async {
    final (host, keystore, told) = await _signedInAt(FakePortico());
    keystore.isLocked = true;
    await expectThrows<StateError>(host.signOut);
    await settle();
    expectEqual([host.session, ...told], [null, 'signed_out']);
    await host.dispose();
  });

  test('a keystore that cannot forget changes nothing about an end that the server says', () async {
    final portico = FakePortico();
    final (host, keystore, told) = await _signedInAt(portico);
    keystore.isLocked = true;
    portico.say('session_expired', {'reason': 'revoked'});
    await settle();
    expectEqual([host.session, ...told], [null, 'revoked']);
    keystore.isLocked = false;
    await host.adopt(signedIn());
    keystore.isLocked = true;
    portico.token = (form) => bad('invalid_grant');
    await expectThrows<SessionExpired>(() => host.launch('org.example.taxi', FakePlace()));
    await settle();
    expectEqual([host.session, ...told], [null, 'revoked', 'expired']);
    await host.dispose();
  });

  test('a keystore that cannot write fails no timer, and the newer token is used all the same', () async {
    final portico = FakePortico();
    final (host, keystore, _) = await _signedInAt(portico);
    await taxiIn(host);
    keystore.isLocked = true;
    await portico.clock.elapse(const Duration(minutes: 40));
    check(portico.grants('refresh_token') > 2, 'it is renewed again and again');
    keystore.isLocked = false;
    await host.call('/v1/me/profile');
    expectEqual(portico.asked.last.headers['authorization'], 'Bearer refreshed');
    await host.dispose();
  });

  test('a mini-program whose token is due while the keystore is locked hears of it when it asks', () async {
    final portico = FakePortico();
    final (host, keystore, _) = await _signedInAt(portico);
    portico.token = (form) => form['grant_type'] == 'refresh_token'
        ? good(signedIn(access: 'refreshed'))
        : form['subject_token'] == 'access' && portico.grants('token-exchange') > 1
            ? bad('invalid_request')
            : good(launched());
    final (_, taxi) = await taxiIn(host);
    keystore.isLocked = true;
    await portico.clock.elapse(const Duration(minutes: 28));
    taxi.say('renew', {'id': '1'});
    await settle();
    expectEqual((taxi.heard.last.type, taxi.heard.last.id), ('token_renewed', '1'));
    await host.dispose();
  });

  test('a session that the keystore is still forgetting is not found in it', () async {
    final (host, keystore, told) = await _signedInAt(FakePortico());
    final gate = Completer<void>();
    keystore.busy = gate.future;
    final out = host.signOut();
    await settle();
    final restored = host.restore();
    await settle();
    gate.complete();
    expectEqual((await restored, host.session), (false, null));
    await out;
    expectEqual(told, ['signed_out']);
    await host.dispose();
  });

  test('what a renewal brings after its host was disposed is there for the next host', () async {
    final portico = FakePortico();
    final (host, keystore, _) = await _signedInAt(portico);
    final gate = Completer<void>();
    portico.token = (form) async {
      await gate.future;
      return good(signedIn(access: 'refreshed'));
    };
    await portico.clock.elapse(const Duration(minutes: 9, seconds: 1));
    await host.dispose();
    gate.complete();
    await settle();
    check(keystore.kept.contains('refresh-refreshed'), keystore.kept);
    expectEqual((host.session, portico.clock.waiting), (null, 0));
    final next = hostAt(portico, store: keystore);
    check(await next.restore());
    await next.dispose();
  });
}
