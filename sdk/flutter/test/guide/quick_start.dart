import 'dart:io';

import 'package:flutter/material.dart';
import 'package:portico_flutter/host.dart';
import 'package:webview_flutter/webview_flutter.dart';

import '../fake/platform.dart';
import '../support/runner.dart';
import 'phone.dart';

/// The programs of the quick start.
void run(Map<String, Future<void> Function()> programs) {
  final phone = Phone();

  test('the host signs in, asks, launches and signs out', () async {
    await programs['host']!();
    final loaded = onScreen.whereType<WebViewWidget>().single.controller.loaded;
    expectEqual(loaded, [Uri.parse('https://taxi.example/')]);
    await phone.ready();
    await phone.until(() => phone.told.isNotEmpty);
    expectEqual((phone.told.single['type'], phone.told.single['miniProgramId']), ('launch', 'org.example.taxi'));
    onScreen.whereType<FloatingActionButton>().single.onPressed!();
    await phone.until(() => phone.texts.isNotEmpty);
    expectEqual([phone.told.last['type'], ...phone.texts], ['session_expired', 'Signed out: signed_out']);
  });

  test('the module greets the person by name, and stops when the session ends', () async {
    final platform = FakePlatform({'org.example.taxi': phone.module});
    platform.begin = (id) => programs['taxi']!();
    final host = PorticoHost(
      issuer: Platform.environment['GUIDE_ISSUER']!,
      clientId: 'super-app',
      redirectUri: Uri.parse('org.example.superapp:/back'),
      browser: phone.person,
    );
    await host.signIn();
    await host.launch('org.example.taxi', FlutterModule(channel: platform.host.modules));
    await phone.until(() => phone.moduleTexts.singleOrNull == 'Hello, ${phone.name}.');
    await host.signOut();
    await phone.until(() => phone.moduleTexts.singleOrNull == 'Signed out.');
  });

  runAll('');
}
