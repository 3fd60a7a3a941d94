import 'dart:async';
import 'dart:convert';
import 'dart:io';

/// Portico itself: the binary that `PORTICO_BIN` names, on a fresh data folder and free ports.
final class Server {
  Server._(this._binary, this._process, this._folder, this.issuer);

  /// Starts it.
  static Future<Server> start() async {
    final binary = Platform.environment['PORTICO_BIN'];
    if (binary == null) throw StateError('PORTICO_BIN does not say where the server is');
    final folder = Directory.systemTemp.createTempSync('portico-');
    final process = await Process.start(
      binary,
      ['serve', '--data', '${folder.path}/data', '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'],
      workingDirectory: folder.path,
      environment: _environment,
      includeParentEnvironment: false,
    );
    final complaints = StringBuffer();
    process.stderr.transform(utf8.decoder).listen(complaints.write);
    final ready = Completer<String>();
    process.stdout.transform(utf8.decoder).transform(const LineSplitter()).listen((line) {
      final found = RegExp(r'^portico: ready on (http:\S+) ').firstMatch(line);
      if (found != null && !ready.isCompleted) ready.complete(found[1]!);
    });
    unawaited(
      process.exitCode.then((code) {
        if (!ready.isCompleted) ready.completeError(StateError('portico ended with $code: $complaints'));
      }),
    );
    final issuer = await ready.future.timeout(const Duration(seconds: 20));
    return Server._(binary, process, folder, issuer);
  }

  /// The server reads every `PORTICO_*` variable as configuration.
  static final Map<String, String> _environment = {
    for (final MapEntry(:key, :value) in Platform.environment.entries)
      if (!key.startsWith('PORTICO_')) key: value,
  };

  /// Its issuer URL.
  final String issuer;

  final String _binary;
  final Process _process;
  final Directory _folder;

  /// Runs one of its commands, and gives what it answers.
  Future<Map<String, Object?>> command(List<String> words, [String input = '']) async {
    final process = await Process.start(
      _binary,
      [...words, '--data', '${_folder.path}/data'],
      environment: _environment,
      includeParentEnvironment: false,
    );
    process.stdin.write(input);
    await process.stdin.close();
    final (printed, complaints) = await (
      process.stdout.transform(utf8.decoder).join(),
      process.stderr.transform(utf8.decoder).join(),
    ).wait;
    if (await process.exitCode != 0) throw StateError('portico ${words.join(' ')}: $complaints');
    return switch (jsonDecode(printed)) {
      final Map<String, Object?> object => object,
      final other => {'answer': other},
    };
  }

  /// Registers [document] among [kind].
  Future<Map<String, Object?>> register(String kind, Map<String, Object?> document) =>
      command([kind, 'register', '-'], jsonEncode(document));

  /// Creates a person with a password and a phone number; their id.
  Future<String> createPerson(String name, String username, String password, {required String phone}) async {
    final words = ['users', 'create', '--name', name, '--username', username];
    final created = await command([...words, '--phone', phone, '--phone-verified', '--password-stdin'], password);
    return created['user_id']! as String;
  }

  /// Stops it, in good order.
  Future<int> stop() async {
    _process.kill();
    final code = await _process.exitCode;
    _folder.deleteSync(recursive: true);
    return code;
  }
}
