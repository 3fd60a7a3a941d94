import 'dart:async';

import 'package:flutter/services.dart';

import '../host/place.dart';
import '../shared/errors.dart';
import '../shared/jwt.dart';
import '../shared/messages.dart';
import 'channels.dart';

/// The host's end of the bridge to Flutter modules that run in engines of their own.
final class ModuleChannel {
  /// Speaks over these channels.
  ModuleChannel({MethodChannel methods = bridgeChannel, EventChannel events = bridgeEvents}) : _methods = methods {
    _methods.setMethodCallHandler(_called);
    events.receiveBroadcastStream().listen(_news);
  }

  /// That of the app's engine.
  static final ModuleChannel shared = ModuleChannel();

  final MethodChannel _methods;
  final Map<String, PlaceListener> _open = {};
  final Map<String, _Run> _documents = {};
  final Map<String, String> _people = {};

  /// Opens the module of [launch], and hears it for [listener] from now on, who launches it once it has said `ready`:
  /// the platform keeps no token. One that runs already for the same person has said so; one that runs for another is
  /// opened anew.
  ///
  /// Throws [PorticoException] `unknown_module` when the app has registered none by that id, `module_unavailable` when
  /// iOS cannot show it.
  Future<void> open(BridgeMessage launch, PlaceListener listener) async {
    final id = launch.text('miniProgramId'), person = unverifiedClaims(launch.text('token')).text('sub');
    _open[id]?.closed();
    if (_open.containsKey(id) && _people[id] != person) return reopen(launch, listener);
    _open[id] = listener;
    _people[id] = person;
    if (_documents[id] case final running?) return listener.heard(running, _ready);
    try {
      await _methods.invokeMethod<void>(launch.type, launch.fields);
    } on PlatformException catch (error) {
      if (identical(_open[id], listener)) _forget(id);
      throw PorticoException(error.code, error.message);
    }
  }

  /// Opens the module of [launch] in a new engine, as [open]: what the old one holds goes with it.
  Future<void> reopen(BridgeMessage launch, PlaceListener listener) async {
    await close(launch.text('miniProgramId'));
    await open(launch, listener);
  }

  /// Closes the module [id], which is heard no more from the call on.
  Future<void> close(String id) async {
    _forget(id);
    await _methods.invokeMethod<void>('close', {'miniProgramId': id});
  }

  void _forget(String id) {
    _open.remove(id);
    _documents.remove(id);
    _people.remove(id);
  }

  Future<void> _called(MethodCall call) async {
    final message = _read(call);
    final id = _idIn(call.arguments);
    final listener = _open[id];
    if (message == null || listener == null) return;
    // Whoever says ready has just begun: a run of its own, even where the platform cannot tell.
    if (message.type == 'ready') _documents[id] = _Run(this, id);
    final from = _documents[id];
    if (from != null) listener.heard(from, message);
  }

  void _news(Object? event) {
    if (event is! Map || event['type'] != 'closed') return;
    final id = _idIn(event);
    final listener = _open[id];
    _forget(id);
    listener?.closed();
  }

  void _send(_Run to, BridgeMessage message) {
    if (!identical(_documents[to.id], to)) return;
    final sent = _methods.invokeMethod<void>(message.type, {...message.fields, 'miniProgramId': to.id});
    unawaited(
      sent.onError<PlatformException>((_, __) {
        if (identical(_documents[to.id], to)) _open[to.id]?.gone();
      }),
    );
  }

  static final BridgeMessage _ready = BridgeMessage.fromMiniProgram(const {'portico': bridgeVersion, 'type': 'ready'})!;

  static BridgeMessage? _read(MethodCall call) => switch (call.arguments) {
    final Map<Object?, Object?> fields => BridgeMessage.fromMiniProgram({
      'portico': bridgeVersion,
      ...fields,
      'type': call.method,
    }),
    _ => null,
  };

  static String _idIn(Object? fields) => switch (fields) {
    {'miniProgramId': final String id} => id,
    _ => '',
  };
}

final class _Run implements Document {
  _Run(this._channel, this.id);

  final ModuleChannel _channel;
  final String id;

  @override
  void send(BridgeMessage message) => _channel._send(this, message);
}
