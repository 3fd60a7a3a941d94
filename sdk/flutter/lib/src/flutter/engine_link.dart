import 'dart:async';

import 'package:flutter/services.dart';

import '../mini_program/connection.dart';
import '../mini_program/host_link.dart';
import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/messages.dart';
import 'channels.dart';

/// The mini-program's end of the bridge, in an engine of its own.
final class EngineLink implements HostLink {
  /// Speaks over these channels.
  EngineLink({MethodChannel methods = bridgeChannel, EventChannel events = bridgeEvents})
    : _methods = methods,
      _events = events;

  final MethodChannel _methods;
  final EventChannel _events;
  StreamSubscription<Object?>? _news;

  @override
  void listen(void Function(Object? data) heard) {
    _methods.setMethodCallHandler((call) async {
      if (call.arguments case final Map<Object?, Object?> fields) {
        heard({'portico': bridgeVersion, ...fields, 'type': call.method});
      }
    });
    _news = _events.receiveBroadcastStream().listen(heard, onError: (_) {});
  }

  @override
  Future<void> send(Map<String, Object?> message) async {
    try {
      await _methods.invokeMethod<void>(message['type']! as String, {...message}..remove('type'));
    } on PlatformException {
      throw const NoHost('this engine was not opened by a host');
    } on MissingPluginException {
      throw const NoHost('this app has no portico_flutter');
    }
  }

  @override
  Future<void> close() async {
    _methods.setMethodCallHandler(null);
    await _news?.cancel();
  }
}

/// Connects this engine's mini-program to the super app around it: says `ready`, and waits for the launch, [patience]
/// at most. Call it once, after `WidgetsFlutterBinding.ensureInitialized()`.
///
/// [onPersonChanged] is called before a launch for somebody else than before in this engine: clear what was kept about
/// them. A host by this package gives another person a new engine instead, so write nothing down but by person.
///
/// Throws [NoHost] without a host, or without a launch in time; [SessionExpired] when the host's session is over.
Future<Connection> connect({
  Duration patience = const Duration(seconds: 30),
  void Function()? onPersonChanged,
  Environment? environment,
}) => Connection.over(EngineLink(), patience: patience, onPersonChanged: onPersonChanged, environment: environment);
