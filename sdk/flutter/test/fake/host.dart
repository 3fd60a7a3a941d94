import 'dart:async';

import 'package:portico_flutter/core.dart';

import 'bridge.dart';
import 'portico.dart';

/// A browser in which a test answers.
final class FakeBrowser implements Browser {
  /// Answers with [answer].
  FakeBrowser([this.answer]);

  /// Where the person ends, for a page.
  FutureOr<Uri?> Function(Uri page)? answer;

  /// The pages that were opened.
  final List<Uri> opened = [];

  @override
  Future<Uri?> open(Uri page, {required Uri returnTo}) async {
    opened.add(page);
    return answer?.call(page);
  }
}

/// A host at [portico].
PorticoHost hostAt(
  FakePortico portico, {
  FakeBrowser? browser,
  TokenStore? store,
  Future<void> Function(ConsentRequest)? onConsentRequired,
}) => PorticoHost(
  issuer: FakePortico.issuer,
  clientId: 'super-app',
  redirectUri: Uri.parse('org.example.superapp:/back'),
  browser: browser ?? FakeBrowser(),
  store: store,
  onConsentRequired: onConsentRequired,
  environment: portico.environment,
);

/// A host at which somebody is signed in.
Future<PorticoHost> signedInAt(FakePortico portico, {FakeBrowser? browser}) async {
  final host = hostAt(portico, browser: browser);
  await host.adopt(signedIn());
  return host;
}

/// A mini-program that has said `ready`, and its document.
Future<(MiniProgram, FakeDocument)> taxiIn(PorticoHost host) async {
  final place = FakePlace();
  final taxi = await host.launch('org.example.taxi', place);
  final document = FakeDocument(place)..say('ready');
  await Future<void>.delayed(Duration.zero);
  return (taxi, document);
}
