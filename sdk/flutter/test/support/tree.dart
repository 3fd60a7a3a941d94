import 'dart:convert';
import 'dart:io';

/// The package's folder.
final Directory package = _find(File.fromUri(Platform.script).parent);

/// The repository's folder.
final Directory repository = package.parent.parent;

/// The JSON in a file of `sdk/vectors`.
Map<String, Object?> vector(String path) =>
    jsonDecode(File('${repository.path}/sdk/vectors/$path').readAsStringSync()) as Map<String, Object?>;

/// Every file of a folder of `sdk/vectors`.
Iterable<Map<String, Object?>> vectors(String folder) => [
  for (final file in Directory('${repository.path}/sdk/vectors/$folder').listSync())
    if (file.path.endsWith('.json')) vector('$folder/${file.uri.pathSegments.last}'),
];

/// The text of a file of the package.
String source(String path) => File('${package.path}/$path').readAsStringSync();

/// The package's files below [folder] whose names end with [ending].
List<File> files(String folder, String ending) => [
  for (final entry in Directory('${package.path}/$folder').listSync(recursive: true))
    if (entry is File && entry.path.endsWith(ending)) entry,
];

Directory _find(Directory from) =>
    File('${from.path}/pubspec.yaml').existsSync() ? from : _find(from.parent);
