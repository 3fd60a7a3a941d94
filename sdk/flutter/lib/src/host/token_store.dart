import 'dart:convert';

import '../shared/jwt.dart';

/// Where a host's tokens are kept: the platform's keystore, by way of whichever plugin the app already uses.
///
/// What one of these throws is passed on to whoever called; a session ends, and is renewed, whatever the store says.
abstract interface class TokenStore {
  /// What is kept under [key], or `null`.
  Future<String?> read(String key);

  /// Keeps [value] under [key].
  Future<void> write(String key, String value);

  /// Forgets [key].
  Future<void> delete(String key);
}

/// A [TokenStore] that forgets everything when the app ends: the person signs in again at its next start, mostly
/// without a question, since the browser still knows them.
final class MemoryTokenStore implements TokenStore {
  final Map<String, String> _kept = {};

  @override
  Future<String?> read(String key) async => _kept[key];

  @override
  Future<void> write(String key, String value) async => _kept[key] = value;

  @override
  Future<void> delete(String key) async => _kept.remove(key);
}

/// One JSON object under one key. Writes are done one after the other: what was written last is there in the end,
/// however long the store takes for each.
final class Slot {
  /// The object that [_store] keeps under [_key].
  Slot(this._store, this._key);

  final TokenStore _store;
  final String _key;
  Future<void> _written = Future.value();

  /// The object that was written last; empty where there is none, or none that can be read.
  Future<Json> read() async {
    await _written;
    return jsonObject(await _store.read(_key) ?? '');
  }

  /// Keeps [value]; `null` forgets it.
  Future<void> write(Json? value) {
    final done = _written.then((_) => value == null ? _store.delete(_key) : _store.write(_key, jsonEncode(value)));
    _written = done.onError<Object>((_, __) {});
    return done;
  }
}
