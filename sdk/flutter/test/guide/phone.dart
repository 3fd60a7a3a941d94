import 'dart:convert';
import 'dart:io';

import 'package:flutter/material.dart';
import 'package:flutter/services.dart';
import 'package:portico_flutter/src/flutter/channels.dart';
import 'package:webview_flutter/webview_flutter.dart';
import 'package:webview_flutter_android/webview_flutter_android.dart';

import '../story/visitor.dart';

/// The phone on which a program of the guide or the example runs: a person is in its browser, and its WebView shows a
/// page that a test plays.
final class Phone {
  /// With what [Platform.environment] says of the person.
  Phone() {
    platformController = () => AndroidWebViewController(1);
    engine.platform[browserChannel.name] = (call) async {
      final fields = call.arguments as Map<Object?, Object?>;
      final returnTo = Uri.parse(fields['returnTo']! as String);
      return '${await person.open(Uri.parse(fields['page']! as String), returnTo: returnTo)}';
    };
    engine.platform[pageChannel.name] = (call) async {
      final fields = call.arguments as Map<Object?, Object?>;
      if (call.method == 'send') told.add(jsonDecode(fields['text']! as String) as Map<String, Object?>);
      return null;
    };
  }

  /// Who has it.
  final Visitor person = Visitor(Platform.environment['GUIDE_USERNAME']!, Platform.environment['GUIDE_PASSWORD']!);

  /// Their name.
  final String name = Platform.environment['GUIDE_NAME']!;

  /// The host's engine.
  final StubEngine engine = StubEngine.current;

  /// What the page in the WebView was told.
  final List<Map<String, Object?>> told = [];

  /// The engine of the module.
  final StubEngine module = StubEngine();

  /// The texts on the host's screen.
  List<String> get texts => _texts(engine);

  /// The texts on the module's screen.
  List<String> get moduleTexts => _texts(module);

  /// The page in the WebView says ready.
  Future<void> ready() => engine.callDart(pageChannel.name, 'message', const {
    'webView': 1,
    'document': 1,
    'text': '{"portico":1,"type":"ready"}',
  });

  /// Presses the button that shows [text].
  void press(String text, {StubEngine? on}) {
    final button = _screen(on ?? engine)
        .whereType<TextButton>()
        .singleWhere((button) => button.child is Text && (button.child as Text).data == text);
    on == null ? button.onPressed!() : on.run(button.onPressed!);
  }

  List<Widget> _screen(StubEngine of) => of == engine ? onScreen : of.run(() => onScreen);

  List<String> _texts(StubEngine of) => [for (final text in _screen(of).whereType<Text>()) text.data];

  /// Waits until [there].
  Future<void> until(bool Function() there) async {
    for (var turn = 0; turn < 400; turn++) {
      if (there()) return;
      await Future<void>.delayed(const Duration(milliseconds: 25));
    }
    throw StateError('it did not come: $texts');
  }
}
