import 'dart:convert';
import 'dart:io';

import '../support/runner.dart';
import '../support/tree.dart';

final String _guide = File('${repository.path}/docs/guides/quick-start-flutter.md').readAsStringSync();

/// The block of the guide that is marked as [name].
String guideBlock(String name) =>
    RegExp('^<!-- run: $name -->\n```dart\n(.*?)^```\$', multiLine: true, dotAll: true).firstMatch(_guide)![1]!;

/// A file of the example.
String exampleFile(String name) => source('example/lib/$name.dart');

/// Runs [programs] (their texts, by name) in a Dart VM of their own, by what [driver] of this folder does with their
/// [entries] (functions, by program); what it printed.
Future<String> drive(
  String driver,
  Map<String, String> programs, {
  required Map<String, String> entries,
  required Map<String, String> environment,
}) async {
  final folder = Directory('${package.path}/build/$driver')..createSync(recursive: true);
  for (final MapEntry(key: name, value: text) in programs.entries) {
    File('${folder.path}/$name.dart').writeAsStringSync(text);
  }
  final imports = [for (final name in entries.keys) "import '$name.dart' as $name;"].join('\n');
  final named = [for (final MapEntry(:key, :value) in entries.entries) "'$key': $key.$value"].join(', ');
  final main = File('${folder.path}/run.dart')
    ..writeAsStringSync("import '../../test/guide/$driver.dart';\n$imports\nvoid main() => run({$named});\n");
  final done = await Process.run(
    Platform.resolvedExecutable,
    ['--enable-asserts', '--packages=${package.path}/test/packages.json', main.path],
    environment: environment,
    stdoutEncoding: utf8,
    stderrEncoding: utf8,
  );
  check(done.exitCode == 0, '${done.stdout}${done.stderr}');
  return done.stdout as String;
}
