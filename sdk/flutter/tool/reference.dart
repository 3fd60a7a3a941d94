import 'dart:io';

import 'declarations.dart';

/// Writes the reference of the package's libraries to `build/reference`, one Markdown file each, out of the doc
/// comments. Exit code 1 when something public has none. Where there is a whole Dart SDK, `dart doc` does better.
void main() {
  final silent = <Declaration>{};
  final folder = Directory('build/reference')..createSync(recursive: true);
  for (final name in ['host', 'mini_program', 'core']) {
    final library = File('lib/$name.dart').readAsStringSync();
    final page = StringBuffer('# package:portico_flutter/$name.dart\n\n${_libraryDocs(library)}\n');
    var count = 0;
    for (final found in RegExp(r"^export '([^']+)'(?: show ([^;]+))?;", multiLine: true).allMatches(library)) {
      final shown = found[2]?.split(', ').toSet();
      var wanted = true;
      for (final each in declarationsIn(File('lib/${found[1]}'))) {
        if (each.depth == 0) wanted = shown == null || shown.contains(_name(each.signature));
        if (!wanted) continue;
        count += 1;
        if (each.docs.isEmpty) silent.add(each);
        page.write('\n${each.depth == 0 ? '## ${_name(each.signature)}\n\n' : ''}');
        page.write('```dart\n${each.signature}\n```\n\n${each.docs}\n');
      }
    }
    File('${folder.path}/$name.md').writeAsStringSync('$page');
    stdout.writeln('reference: $name.dart has $count public declarations');
    if (count == 0) exitCode = 1;
  }
  for (final (:file, :line, depth: _, :signature, docs: _) in silent) {
    stderr.writeln('$file:$line says nothing about itself: $signature');
    exitCode = 1;
  }
}

String _libraryDocs(String library) =>
    RegExp(r'^/// ?(.*)$', multiLine: true).allMatches(library).map((found) => found[1]).join('\n');

String _name(String signature) =>
    RegExp(r'\b(?:class|enum|typedef|extension|mixin) (\w+)').firstMatch(signature)?[1] ??
    RegExp(r'(\w+)(?:<[^(]*>)?\s*(?:\(|$|=)').firstMatch(signature)?[1] ??
    signature;
