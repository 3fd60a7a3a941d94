import 'dart:async';
import 'dart:convert';

import 'package:flutter/services.dart';
import 'package:flutter/widgets.dart';
import 'package:portico_flutter/host.dart';
import 'package:portico_flutter/src/flutter/channels.dart';
import 'package:portico_flutter/src/flutter/page_channel.dart';
import 'package:webview_flutter/webview_flutter.dart';
import 'package:webview_flutter_android/webview_flutter_android.dart';
import 'package:webview_flutter_wkwebview/webview_flutter_wkwebview.dart';

import '../fake/host.dart';
import '../fake/platform.dart';
import '../fake/portico.dart';
import '../support/runner.dart';

/// A platform with WebViews, whose pages a test plays.
final class _Pages {
  _Pages() {
    engine.platform[pageChannel.name] = (call) async {
      final fields = call.arguments as Map<Object?, Object?>;
      calls.add((method: call.method, fields: fields));
      if (refusal case final refusal?) throw refusal;
      if (call.method == 'attach') await onAttach?.call();
      if (call.method == 'detach') onDetach?.call();
      return null;
    };
    channel = PageChannel(methods: engine.method(pageChannel));
  }

  final StubEngine engine = StubEngine();
  late final PageChannel channel;
  final List<({String method, Map<Object?, Object?> fields})> calls = [];
  PlatformException? refusal;
  Future<void> Function()? onAttach;
  void Function()? onDetach;

  /// The types of what [document] was told.
  List<Object?> told(int document) => [
    for (final (:method, :fields) in calls)
      if (method == 'send' && fields['document'] == document)
        (jsonDecode(fields['text']! as String) as Map<String, Object?>)['type'],
  ];

  Future<void> begin(int document, {int webView = 4}) =>
      engine.callDart(pageChannel.name, 'began', {'webView': webView, 'document': document});

  Future<void> say(int document, Object? message, {int webView = 4}) async {
    final text = message is String ? message : jsonEncode(message);
    await engine.callDart(pageChannel.name, 'message', {'webView': webView, 'document': document, 'text': text});
    await settle();
  }
}

const Map<String, Object?> _ready = {'portico': 1, 'type': 'ready'};

WebViewPlace _place(_Pages pages, {void Function(Uri)? onExternalLink}) => WebViewPlace(
  Uri.parse('https://taxi.example/'),
  origins: [Uri.parse('https://pay.taxi.example')],
  onExternalLink: onExternalLink,
  channel: pages.channel,
);

void webViewTests() {
  platformController = () => AndroidWebViewController(4);

  test('a WebView is attached with exact origins and a storage of its own before anything is loaded', () async {
    final host = await signedInAt(FakePortico());
    final pages = _Pages();
    final place = _place(pages);
    await host.launch('org.example.taxi', place);
    expectEqual(pages.calls.single.fields, {
      'webView': 4,
      'origins': ['https://taxi.example', 'https://pay.taxi.example'],
      'storage': 'org.example.taxi',
      'person': 'o1',
    });
    expectEqual(place.controller.loaded, [Uri.parse('https://taxi.example/')]);
    check(place.controller.loaded.every((url) => !'$url'.contains('.c2ln')), 'no token in an address');
    await host.dispose();
    expectEqual(pages.calls.last.method, 'detach');
  });

  test('the token goes only to the document that said ready, and is dropped on navigation', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final pages = _Pages();
    final place = _place(pages);
    final taxi = await host.launch('org.example.taxi', place);
    await pages.say(1, {'portico': 1, 'type': 'renew', 'id': '1'});
    expectEqual(pages.told(1), const <Object>[]);
    await pages.say(1, _ready);
    check(taxi.connected);
    expectEqual(pages.told(1), ['launch']);

    host.theme = 'dark';
    await pages.say(1, {'portico': 1, 'type': 'renew', 'id': '2'});
    expectEqual(pages.told(1), ['launch', 'theme_changed', 'token_renewed']);

    place.controller.delegate!.onPageFinished!('https://taxi.example/');
    place.controller.delegate!.onPageStarted!('https://taxi.example/next');
    check(!taxi.connected);
    host.theme = 'light';
    await pages.say(2, {'portico': 1, 'type': 'renew', 'id': '1'});
    expectEqual(pages.told(2), const <Object>[]);
    await pages.say(2, _ready);
    expectEqual(pages.told(2), ['launch']);
    await pages.say(1, {'portico': 1, 'type': 'login', 'id': '9'});
    expectEqual(pages.told(1), ['launch', 'theme_changed', 'token_renewed']);
    await host.dispose();
  });

  test('a document that speaks before the platform says that it has begun stays, and the one before is gone', () async {
    final host = await signedInAt(FakePortico());
    final pages = _Pages();
    final place = _place(pages);
    final taxi = await host.launch('org.example.taxi', place);
    await pages.say(1, _ready);
    await pages.say(2, {'portico': 1, 'type': 'renew', 'id': '1'});
    check(!taxi.connected);
    await pages.say(2, _ready);
    place.controller.delegate!.onPageStarted!('https://taxi.example/next');
    check(taxi.connected);
    await pages.say(1, _ready);
    host.theme = 'dark';
    await settle();
    expectEqual([...pages.told(1), ...pages.told(2)], ['launch', 'launch', 'theme_changed']);
    await host.dispose();
  });

  test('a form that Android posts elsewhere ends at a blank page, and the page is dropped at once', () async {
    final host = await signedInAt(FakePortico());
    final pages = _Pages(), links = <Uri>[];
    final place = _place(pages, onExternalLink: links.add);
    final taxi = await host.launch('org.example.taxi', place);
    await pages.say(1, _ready);
    place.controller.delegate!.onPageStarted!('https://evil.example/collect');
    check(!taxi.connected);
    expectEqual(place.controller.loaded.last, Uri.parse('about:blank'));
    host.theme = 'dark';
    await pages.say(1, {'portico': 1, 'type': 'renew', 'id': '1'});
    expectEqual([...pages.told(1), links.single.host], ['launch', 'evil.example']);
    await host.dispose();
  });

  test('on iOS a load that comes to nothing leaves the page where it is, and a document that begins does not', () async {
    platformController = () => WebKitWebViewController(4);
    final host = await signedInAt(FakePortico());
    final pages = _Pages();
    final place = _place(pages);
    final taxi = await host.launch('org.example.taxi', place);
    platformController = () => AndroidWebViewController(4);
    await pages.begin(1);
    await pages.say(1, _ready);
    // A download, and a page that cannot be reached.
    place.controller.delegate!.onPageStarted!('https://taxi.example/receipt.pdf');
    place.controller.delegate!.onPageStarted!('');
    host.theme = 'dark';
    await pages.say(1, {'portico': 1, 'type': 'renew', 'id': '1'});
    expectEqual(pages.told(1), ['launch', 'theme_changed', 'token_renewed']);
    check(taxi.connected && place.controller.loaded.length == 1);
    await pages.begin(2);
    check(!taxi.connected);
    await pages.say(2, _ready);
    expectEqual(pages.told(2), ['launch']);
    await host.dispose();
  });

  test('another person gets another WebView, once the page before is gone and its storage is cleared', () async {
    final portico = FakePortico();
    final host = await signedInAt(portico);
    final pages = _Pages();
    var next = 4;
    platformController = () => AndroidWebViewController(next++);
    final place = _place(pages);
    final taxi = await host.launch('org.example.taxi', place);
    final before = place.controller;
    final view = MiniProgramView(taxi).createState()..mount(MiniProgramView(taxi));
    await pages.say(1, _ready);
    await host.adopt(signedIn(sid: 's2'));
    portico.token = (form) => good(launched(sub: 'o2'));
    final relaunch = taxi.relaunch();
    pages.onDetach = () => expectEqual(place.controller, before);
    await relaunch;
    pages.onDetach = null;
    final after = place.controller;
    check(!identical(before, after) && taxi.connected == false);
    expectEqual(before.loaded, [Uri.parse('https://taxi.example/'), Uri.parse('about:blank')]);
    expectEqual(after.loaded, [Uri.parse('https://taxi.example/')]);
    expectEqual(
      [for (final call in pages.calls) if (call.method != 'send') [call.method, call.fields['webView'], call.fields['person']]],
      [
        ['attach', 4, 'o1'],
        ['detach', 4, null],
        ['attach', 5, 'o2'],
      ],
    );
    final shown = view.build(const BuildContext()).inside.single;
    check(shown is WebViewWidget && identical(shown.controller, after));
    await pages.say(1, _ready);
    check(!taxi.connected, 'the page of the person before is not heard');
    await pages.say(1, _ready, webView: 5);
    check(taxi.connected);
    expectEqual(pages.told(1), ['launch', 'session_expired', 'launch']);
    await host.dispose();
    platformController = () => AndroidWebViewController(4);
  });

  test('a place that is closed while it opens loads nothing', () async {
    final host = await signedInAt(FakePortico());
    final pages = _Pages();
    final place = _place(pages);
    pages.onAttach = place.close;
    final error = await expectThrows<PorticoException>(() => host.launch('org.example.taxi', place));
    expectEqual((error.code, place.controller.loaded.length), ('closed', 0));
    await host.dispose();
  });

  test("what the app's own callback throws changes no decision", () async {
    final host = await signedInAt(FakePortico());
    final place = _place(_Pages(), onExternalLink: (link) => throw StateError('a fault of the app'));
    await host.launch('org.example.taxi', place);
    final thrown = <Object>[];
    NavigationDecision? decision;
    await runZonedGuarded(() async {
      const request = NavigationRequest(url: 'https://evil.example/', isMainFrame: true);
      decision = await place.controller.delegate!.onNavigationRequest!(request);
      await settle();
    }, (error, _) => thrown.add(error));
    expectEqual([decision, thrown.length], [NavigationDecision.prevent, 1]);
    await host.dispose();
  });

  test('what another WebView says, or what is no message, is dropped', () async {
    final host = await signedInAt(FakePortico());
    final pages = _Pages();
    await host.launch('org.example.taxi', _place(pages));
    await pages.say(1, _ready, webView: 5);
    await pages.say(1, 'ready');
    await pages.say(1, {'portico': 1, 'type': 'session_expired', 'reason': 'expired'});
    await pages.engine.callDart(pageChannel.name, 'message', {'webView': '4', 'document': 1, 'text': '{}'});
    await pages.engine.callDart(pageChannel.name, 'load', {'webView': 4});
    await pages.engine.callDart(pageChannel.name, 'began', {'webView': 4});
    expectEqual(pages.told(1), const <Object>[]);
    await host.dispose();
  });

  test('navigation is locked to the origins of the manifest', () async {
    final host = await signedInAt(FakePortico());
    final links = <Uri>[];
    final place = _place(_Pages(), onExternalLink: links.add);
    await host.launch('org.example.taxi', place);
    final decide = place.controller.delegate!.onNavigationRequest!;
    for (final (url, main, decision) in const [
      ('https://taxi.example/a', true, NavigationDecision.navigate),
      ('https://pay.taxi.example/b', true, NavigationDecision.navigate),
      ('https://maps.example/frame', false, NavigationDecision.navigate),
      ('https://taxi.example.evil.example/', true, NavigationDecision.prevent),
      ('https://taxi.example:444/', true, NavigationDecision.prevent),
      ('http://taxi.example/', true, NavigationDecision.prevent),
      ('https://taxi.example@evil.example/', true, NavigationDecision.prevent),
      ('javascript:alert(1)', true, NavigationDecision.prevent),
      ('data:text/html,x', true, NavigationDecision.prevent),
      ('intent://x#Intent;end', true, NavigationDecision.prevent),
      ('http://[', true, NavigationDecision.prevent),
    ]) {
      expectEqual((url, await decide(NavigationRequest(url: url, isMainFrame: main))), (url, decision));
    }
    expectEqual(links.length, 7);
    await host.dispose();
  });

  test('entries and origins that are not exact are refused at once', () async {
    for (final url in ['http://taxi.example/', 'file:///a', 'https://*.example/', 'null']) {
      expectEqual((await expectThrows<PorticoException>(() => WebViewPlace(Uri.parse(url)))).code, 'invalid_origin');
    }
  });

  test('a WebView that cannot tell who speaks gets nothing', () async {
    final host = await signedInAt(FakePortico());
    final pages = _Pages()..refusal = PlatformException(code: 'unsupported_web_view', message: 'too old');
    final place = _place(pages);
    final error = await expectThrows<PorticoException>(() => host.launch('org.example.taxi', place));
    expectEqual((error.code, place.controller.loaded.length, host.miniPrograms.length), ('unsupported_web_view', 0, 0));
    await host.dispose();
  });

  test('the view shows the WebView, and closes the mini-program when it goes', () async {
    final host = await signedInAt(FakePortico());
    final pages = _Pages();
    final place = _place(pages);
    final taxi = await host.launch('org.example.taxi', place);
    final state = MiniProgramView(taxi).createState()..mount(MiniProgramView(taxi));
    final shown = state.build(const BuildContext()).inside.single;
    check(shown is WebViewWidget && identical(shown.controller, place.controller));
    state.update(MiniProgramView(taxi));
    expectEqual(host.miniPrograms.length, 1);
    state.dispose();
    await settle();
    expectEqual(host.miniPrograms.length, 0);
    await host.dispose();
  });

  test('WebKit is attached as Android is', () async {
    platformController = () => WebKitWebViewController(9);
    final host = await signedInAt(FakePortico());
    final pages = _Pages();
    await host.launch('org.example.taxi', _place(pages));
    platformController = () => AndroidWebViewController(4);
    expectEqual(pages.calls.single.fields['webView'], 9);
    await host.dispose();
  });
}
