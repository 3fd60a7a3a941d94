import 'dart:io';

/// What `pub publish` wants of a package, checked without pub. Prints what is wrong; exit code 1 when something is.
void main() {
  final wrong = [..._pubspec(), ..._files(), ..._versions(), ..._imports(), ..._size()];
  wrong.forEach(stderr.writeln);
  stdout.writeln('publish: ${_shipped().length} files, ${_bytes() ~/ 1024} KiB, ${wrong.length} complaints');
  exitCode = wrong.isEmpty ? 0 : 1;
}

final String _text = File('pubspec.yaml').readAsStringSync();

String? _field(String name) => RegExp('^$name: *(.*)\$', multiLine: true).firstMatch(_text)?[1];

Iterable<String> _pubspec() sync* {
  final name = _field('name') ?? '';
  if (!RegExp(r'^[a-z][a-z0-9_]*$').hasMatch(name)) yield 'pubspec: "$name" is no package name';
  if (!RegExp(r'^\d+\.\d+\.\d+$').hasMatch(_field('version') ?? '')) yield 'pubspec: version is no semantic version';
  final folded = RegExp(r'^description: >-\n((?:  .*\n)+)', multiLine: true).firstMatch(_text)?[1] ?? '';
  final description = folded.split('\n').map((line) => line.trim()).join(' ').trim();
  if (description.length < 60 || description.length > 180) {
    yield 'pubspec: description has ${description.length} characters, not 60 to 180';
  }
  if (!RegExp(r'^  sdk: \^\d+\.\d+\.\d+$', multiLine: true).hasMatch(_text)) yield 'pubspec: sdk has no upper bound';
  if (RegExp(r'^  +(path|git):', multiLine: true).hasMatch(_text)) yield 'pubspec: a dependency is not hosted';
  if (RegExp(r': *any *$', multiLine: true).hasMatch(_text)) yield 'pubspec: a dependency has no bounds';
  if (!RegExp(r'^https://').hasMatch(_field('homepage') ?? _field('repository') ?? '')) {
    yield 'pubspec: neither homepage nor repository';
  }
  if (_field('publish_to') != null) yield 'pubspec: it is kept from being published';
  final topics = RegExp(r'\[(.*)\]').firstMatch(_field('topics') ?? '')?[1]?.split(', ') ?? const [];
  if (topics.length > 5) yield 'pubspec: more than five topics';
  for (final topic in topics) {
    if (!RegExp(r'^[a-z](-?[a-z0-9])+$').hasMatch(topic) || topic.length > 32) yield 'pubspec: "$topic" is no topic';
  }
}

Iterable<String> _files() sync* {
  for (final name in ['LICENSE', 'README.md', 'CHANGELOG.md', 'lib', 'example']) {
    if (FileSystemEntity.typeSync(name) == FileSystemEntityType.notFound) yield '$name is missing';
  }
  final license = File('../../LICENSE');
  if (license.readAsStringSync() != File('LICENSE').readAsStringSync()) yield 'LICENSE is not that of the repository';
  for (final file in _shipped()) {
    if (RegExp(r'[^A-Za-z0-9_./-]').hasMatch(file.path)) yield '${file.path}: a name that some systems cannot keep';
  }
}

Iterable<String> _versions() sync* {
  final version = _field('version')!;
  if (!File('CHANGELOG.md').readAsStringSync().contains('## $version\n')) yield 'CHANGELOG.md does not mention $version';
  for (final (path, text) in [
    ('android/build.gradle.kts', 'version = "$version"'),
    ('ios/portico_flutter.podspec', "= '$version'"),
  ]) {
    if (!File(path).readAsStringSync().contains(text)) yield '$path has another version than the pubspec';
  }
}

/// Every package that `lib` imports is a dependency, and nothing reaches into another package's `src`.
Iterable<String> _imports() sync* {
  final dependencies = RegExp(r'^dependencies:\n((?:  .*\n)+)', multiLine: true).firstMatch(_text)![1]!;
  for (final file in _below('lib')) {
    for (final found in RegExp(r"^(?:im|ex)port '([^']+)'", multiLine: true).allMatches(file.readAsStringSync())) {
      final uri = Uri.parse(found[1]!);
      if (!uri.isScheme('package')) continue;
      final [package, ...rest] = uri.pathSegments;
      if (!RegExp('^  $package:', multiLine: true).hasMatch(dependencies)) yield '${file.path} imports $package, no dependency';
      if (rest.first == 'src') yield '${file.path} imports the inside of $package';
    }
  }
  final core = [File('lib/core.dart'), ..._below('lib/src/shared'), ..._below('lib/src/host'), ..._below('lib/src/mini_program')];
  for (final file in core) {
    if (file.readAsStringSync().contains("'package:")) yield '${file.path} is of the core and needs a package';
  }
}

/// A file holds one subject.
Iterable<String> _size() sync* {
  for (final file in [..._below('lib'), ..._below('android'), ..._below('ios')]) {
    final lines = file.readAsLinesSync();
    if (lines.length > 250) yield '${file.path} has ${lines.length} lines';
    if (lines.any((line) => line.length > 120)) yield '${file.path} has a line of more than 120 characters';
  }
  if (_bytes() > 100 * 1024 * 1024) yield 'the package is larger than 100 MiB';
}

int _bytes() => _shipped().fold(0, (sum, file) => sum + file.lengthSync());

List<File> _below(String folder) => [
  for (final entry in Directory(folder).listSync(recursive: true))
    if (entry is File && RegExp(r'\.(dart|kt|swift)$').hasMatch(entry.path)) entry,
];

/// What is left once `.pubignore` and hidden files are taken away.
List<File> _shipped() {
  final ignored = File('.pubignore').readAsLinesSync().map((line) => line.replaceAll('/', '')).toSet();
  return [
    for (final top in Directory.current.listSync())
      if (top.uri.pathSegments.lastWhere((part) => part.isNotEmpty) case final name
          when !ignored.contains(name) && !name.startsWith('.'))
        if (top is Directory)
          for (final entry in Directory(name).listSync(recursive: true))
            if (entry is File) entry else ...const <File>[]
        else if (top is File)
          File(name),
  ];
}
