import 'dart:async';
import 'dart:typed_data';

final class MethodCall {
  const MethodCall(this.method, [this.arguments]);
  final String method;
  final dynamic arguments;
}

final class PlatformException implements Exception {
  PlatformException({required this.code, this.message, this.details, this.stacktrace});
  final String code;
  final String? message;
  final dynamic details;
  final String? stacktrace;
}

final class MissingPluginException implements Exception {
  MissingPluginException([this.message]);
  final String? message;
}

final class StandardMethodCodec {
  const StandardMethodCodec();
}

typedef CallHandler = Future<dynamic> Function(MethodCall call);

/// One engine, seen from Dart and from the platform.
abstract class BinaryMessenger {
  factory BinaryMessenger() = StubEngine;
}

/// An engine whose platform a test plays. Code in [run] is in this engine.
final class StubEngine implements BinaryMessenger {
  final Map<String, CallHandler> _dart = {};
  final Map<String, StreamController<dynamic>> _events = {};

  /// The platform's method call handlers, by channel.
  final Map<String, CallHandler> platform = {};

  static final StubEngine _root = StubEngine();

  static StubEngine get current => Zone.current[#engine] as StubEngine? ?? _root;

  R run<R>(R Function() body) => runZoned(body, zoneValues: {#engine: this});

  /// Whether Dart listens to the event channel [name].
  bool listensTo(String name) => _events[name]?.hasListener ?? false;

  /// The platform calls Dart.
  Future<dynamic> callDart(String channel, String method, [Object? arguments]) async {
    final handler = _dart[channel];
    if (handler == null) throw MissingPluginException('$channel $method');
    return standard(await run(() => handler(MethodCall(method, standard(arguments)))));
  }

  /// The platform says something on an event channel; lost where nobody listens.
  void emit(String channel, Object? event) => _events[channel]?.add(standard(event));
}

/// What comes out of the standard codec at the other end, or an [ArgumentError] where it takes no such thing.
Object? standard(Object? value) => switch (value) {
  null || bool() || int() || double() || String() || TypedData() => value,
  final List<Object?> list => <Object?>[for (final each in list) standard(each)],
  final Map<Object?, Object?> map => <Object?, Object?>{
    for (final MapEntry(:key, :value) in map.entries) standard(key): standard(value),
  },
  _ => throw ArgumentError.value(value),
};

class MethodChannel {
  const MethodChannel(this.name, [this.codec = const StandardMethodCodec(), this._messenger]);
  final String name;
  final StandardMethodCodec codec;
  final BinaryMessenger? _messenger;

  StubEngine get _engine => _messenger as StubEngine? ?? StubEngine.current;

  Future<T?> invokeMethod<T>(String method, [dynamic arguments]) async {
    final handler = _engine.platform[name];
    final sent = standard(arguments);
    if (handler == null) throw MissingPluginException('$name $method');
    return standard(await handler(MethodCall(method, sent))) as T?;
  }

  void setMethodCallHandler(Future<dynamic> Function(MethodCall call)? handler) {
    if (handler == null) {
      _engine._dart.remove(name);
    } else {
      _engine._dart[name] = handler;
    }
  }
}

class EventChannel {
  const EventChannel(this.name, [this.codec = const StandardMethodCodec(), this._messenger]);
  final String name;
  final StandardMethodCodec codec;
  final BinaryMessenger? _messenger;

  Stream<dynamic> receiveBroadcastStream([dynamic arguments]) {
    final engine = _messenger as StubEngine? ?? StubEngine.current;
    return (engine._events[name] ??= StreamController<dynamic>.broadcast()).stream;
  }
}
