import 'package:portico_flutter/src/flutter/channels.dart';

import '../support/runner.dart';
import '../support/tree.dart';

const String _kotlin = 'android/src/main/kotlin/dev/portico/flutter',
    _swift = 'ios/portico_flutter/Sources/portico_flutter';

Set<String> _kinds(String direction) => {
  for (final file in vectors('bridge'))
    if (file['direction'] == direction) file['kind']! as String,
};

/// The texts between the brackets that follow [name].
Set<String> _list(String text, String name, String open, String close) {
  final from = text.indexOf(name);
  check(from >= 0, '$name is missing');
  final begin = text.indexOf(open, from);
  final inside = text.substring(begin, text.indexOf(close, begin));
  return {for (final found in RegExp('"([a-z_]+)"').allMatches(inside)) found[1]!};
}

/// Every text in the language's [files].
Set<String> _texts(String folder, String ending) => {
  for (final file in files(folder, ending))
    for (final found in RegExp('"([^"\n]*)"').allMatches(file.readAsStringSync())) found[1]!,
};

void nativeTests() {
  final sides = [
    ('Android', '$_kotlin/Bridge.kt', _kotlin, '.kt', 'HOST_METHODS =', 'MINI_PROGRAM_METHODS =', '(', ')'),
    ('iOS', '$_swift/Bridge.swift', _swift, '.swift', 'let hostMethods', 'let miniProgramMethods', ' = [', ']'),
  ];
  for (final (side, bridge, folder, ending, host, miniProgram, open, close) in sides) {
    test('$side passes on the messages of the shared vectors, each in its direction', () {
      final text = source(bridge);
      expectEqual(_list(text, host, open, close), _kinds('host_to_mini_program'));
      expectEqual(_list(text, miniProgram, open, close), _kinds('mini_program_to_host'));
    });

    test('$side has the channels, methods, fields and codes of the Dart side', () {
      final texts = _texts(folder, ending);
      final wanted = {
        bridgeChannel.name,
        for (final channel in [bridgeEvents.name, pageChannel.name, browserChannel.name])
          channel.substring(bridgeChannel.name.length),
        ...const {'close', 'closed', 'attach', 'send', 'detach', 'message', 'open'},
        ...const {'miniProgramId', 'webView', 'document', 'text', 'origins', 'storage', 'person', 'page', 'returnTo'},
        if (side == 'iOS') ...{'began', 'module_unavailable', 'unsupported_redirect_uri'},
        ...const {'unknown_module', 'no_host', 'unknown_web_view', 'invalid_message'},
      };
      for (final each in wanted) {
        final there = texts.any((text) => text == each || text.endsWith(each) && each.startsWith('/'));
        check(there, '$side does not know "$each"');
      }
    });
  }

  test('the channels are those of the contract', () {
    expectEqual(
      (bridgeChannel.name, bridgeEvents.name),
      ('super_app/mini_program_bridge', 'super_app/mini_program_bridge/events'),
    );
  });

  test('the plugin of the pubspec is the class of both sides', () {
    final pubspec = source('pubspec.yaml');
    final name = RegExp(r'pluginClass: (\w+)').allMatches(pubspec).map((found) => found[1]).toSet().single;
    final package = RegExp(r'package: (\S+)').firstMatch(pubspec)![1]!;
    final kotlin = source('$_kotlin/$name.kt');
    check(kotlin.startsWith('package $package\n') && kotlin.contains('class $name : FlutterPlugin'));
    check(source('$_swift/$name.swift').contains('class $name: NSObject, FlutterPlugin'));
    check(source('android/build.gradle.kts').contains('namespace = "$package"'));
  });
}
