import 'dart:io';

/// One public declaration of a library.
typedef Declaration = ({String file, int line, int depth, String signature, String docs});

/// The public declarations in [file], in order: those of the library, and below each type its members. Reads Dart as
/// this package is laid out (two spaces a level, one declaration a line), not Dart at large.
List<Declaration> declarationsIn(File file) {
  final found = <Declaration>[];
  final lines = file.readAsLinesSync();
  final docs = <String>[];
  var within = false;
  for (var at = 0; at < lines.length; at++) {
    final line = lines[at];
    final doc = RegExp(r'^(?:  )?/// ?(.*)$').firstMatch(line);
    if (doc != null) {
      docs.add(doc[1]!);
      continue;
    }
    final depth = line.startsWith('  ') ? 1 : 0;
    if (RegExp('^[a-zA-Z]').hasMatch(line)) within = RegExp(r'^[a-z ]*(class|enum|extension|mixin) [A-Z]').hasMatch(line);
    final overrides = at > 0 && lines[at - 1].trim() == '@override';
    if (!overrides && (depth == 0 || within) && _begins(line, depth)) {
      found.add((file: file.path, line: at + 1, depth: depth, signature: _signature(lines, at), docs: docs.join('\n')));
    }
    if (!line.trim().startsWith('@')) docs.clear();
  }
  return found;
}

/// A declaration of that depth begins on this line, and its name is public.
bool _begins(String line, int depth) {
  final text = line.substring(depth * 2);
  if (!RegExp(r'^[a-zA-Z(]').hasMatch(text) || RegExp(r'^(import|export|library|return|set|case)\b').hasMatch(text)) {
    return false;
  }
  if (RegExp(r'[ ?]_\w+(?:;| =)|(?:class|enum|extension|mixin|typedef) _').hasMatch(text.split('=>').first)) {
    return false;
  }
  final head = text.split(RegExp(r'[({=;]| =>')).first.trim();
  final name = RegExp(r'([\w.]+)(?:<.*>)?$').firstMatch(head)?[1] ?? '';
  return !name.split('.').any((part) => part.startsWith('_')) && !RegExp(r'[ .]_\w*$').hasMatch(head);
}

/// The declaration without its body.
String _signature(List<String> lines, int from) {
  final text = StringBuffer();
  var open = 0;
  for (var at = from; at < lines.length && at < from + 30; at++) {
    final line = lines[at].trim();
    if (at > from && !RegExp(r'^[)}\]]').hasMatch(line)) text.write(' ');
    for (var index = 0; index < line.length; index++) {
      final letter = line[index], rest = line.substring(index);
      final ends = open == 0 && (letter == ';' || rest.startsWith('=>') || rest.startsWith(' {') || letter == ':');
      if (ends) return _tidy('$text');
      if ('([{'.contains(letter)) open += 1;
      if (')]}'.contains(letter)) open -= 1;
      text.write(letter);
    }
    if (open == 0 && RegExp(r'[,)]$').hasMatch(line)) break;
  }
  return _tidy('$text');
}

String _tidy(String signature) => signature
    .replaceAllMapped(RegExp(r'([({]) '), (found) => found[1]!)
    .replaceAllMapped(RegExp(',([)}])'), (found) => found[1]!)
    .replaceFirst(RegExp(r',$| async$'), '')
    .trim();
