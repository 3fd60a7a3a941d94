import 'dart:convert';
import 'dart:io';
import 'dart:math';

import 'package:portico_flutter/core.dart';
import 'package:portico_flutter/src/host/event_parser.dart';
import 'package:portico_flutter/src/host/pkce.dart';
import 'package:portico_flutter/src/shared/jwt.dart';
import 'package:portico_flutter/src/shared/origin.dart';
import 'package:portico_flutter/src/shared/scope.dart';
import 'package:portico_flutter/src/shared/sha256.dart';

import '../fake/portico.dart';
import '../support/runner.dart';

String _hex(List<int> bytes) => bytes.map((byte) => byte.toRadixString(16).padLeft(2, '0')).join();

void sharedTests() {
  test('SHA-256 gives the digests of NIST', () {
    const million = 1000000;
    final known = {
      '': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'abc': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq':
          '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
      'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu':
          'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1',
      'a' * million: 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    };
    for (final MapEntry(:key, :value) in known.entries) {
      expectEqual(_hex(sha256(ascii.encode(key))), value);
    }
  });

  test('SHA-256 agrees with the system on every length up to three blocks', () async {
    final chance = Random(7);
    final folder = Directory.systemTemp.createTempSync('sha256-');
    final files = <String>[], digests = <String>[];
    for (var length = 0; length <= 192; length++) {
      final bytes = List.generate(length, (_) => chance.nextInt(256));
      final file = File('${folder.path}/$length')..writeAsBytesSync(bytes);
      files.add(file.path);
      digests.add(_hex(sha256(bytes)));
    }
    final printed = await Process.run('sha256sum', files);
    folder.deleteSync(recursive: true);
    final theirs = LineSplitter.split(printed.stdout as String).map((line) => line.substring(0, 64)).toList();
    expectEqual(digests, theirs);
  });

  test('the challenge is that of RFC 7636 appendix B', () async {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    expectEqual(await challenge(Environment(), verifier), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  test('an exact origin is https or loopback, and nothing that only looks so', () async {
    for (final (url, origin) in const [
      ('https://taxi.example/', 'https://taxi.example'),
      ('https://taxi.example:443/a?b#c', 'https://taxi.example'),
      ('https://TAXI.example:8443/', 'https://taxi.example:8443'),
      ('http://127.0.0.1:5000/', 'http://127.0.0.1:5000'),
      ('http://localhost/', 'http://localhost'),
      ('http://[::1]:80/', 'http://[::1]'),
    ]) {
      expectEqual(exactOrigin(Uri.parse(url)), origin);
    }
    for (final url in const [
      'http://taxi.example/',
      'https://*.example/',
      'https://ana@taxi.example/',
      'http://127.0.0.1.evil.example/',
      'http://localhost.evil.example/',
      'data:text/html,x',
      'file:///etc/passwd',
      'about:blank',
      'null',
      '*',
      '',
    ]) {
      expectEqual((await expectThrows<PorticoException>(() => exactOrigin(Uri.parse(url)))).code, 'invalid_origin');
    }
  });

  test('scopes are sets, whatever their order and spaces', () {
    expectEqual(union('openid  a', 'b a'), 'openid a b');
    expectEqual(without('openid a b', 'b c'), 'openid a');
    check(covers('openid a b', 'b a') && !covers('openid a', 'a b') && covers('', ''));
  });

  test('claims are read from a JWT, and from nothing else', () {
    expectEqual(unverifiedClaims(jwt({'sub': 'Zoë'})).text('sub'), 'Zoë');
    for (final other in ['', 'a.b', 'a.b.c', 'a.!.c', 'a.W10.c', '...']) {
      expectEqual(unverifiedClaims(other), const <String, Object?>{});
    }
  });

  test('events are read from pieces of any size, with every line end', () {
    const stream = ':hi\r\nid: 7\revent: a\ndata: 1\ndata:2\r\n\r\nretry: 250\ndata: x\n\nid: 8\n\nevent: b\n\n';
    for (var size = 1; size <= stream.length; size++) {
      final parser = EventParser();
      final events = [
        for (var at = 0; at < stream.length; at += size)
          ...parser.push(stream.substring(at, min(at + size, stream.length))),
      ];
      expectEqual(events, const [(type: 'a', data: '1\n2'), (type: 'message', data: 'x')]);
      expectEqual((parser.lastEventId, parser.retry), ('8', const Duration(milliseconds: 250)));
    }
  });

  test('half an event is none, and its id does not count', () {
    final parser = EventParser('5');
    expectEqual(parser.push('id: 6\nevent: a\ndata: 1\n'), const <Object>[]);
    expectEqual(parser.lastEventId, '5');
  });

  test('no exception shows a token', () async {
    final portico = FakePortico()..other = (path) => bad('server_error', status: 500);
    final host = PorticoHost(
      issuer: FakePortico.issuer,
      clientId: 'super-app',
      redirectUri: Uri.parse('https://app.example/'),
      browser: _NoBrowser(),
      environment: portico.environment,
    );
    await host.adopt(signedIn(access: 'secret-token'));
    final error = await expectThrows<Unreachable>(() => host.call('/v1/me/profile'));
    check(!'$error'.contains('secret-token'));
    await host.dispose();
  });
}

final class _NoBrowser implements Browser {
  @override
  Future<Uri?> open(Uri page, {required Uri returnTo}) async => null;
}
