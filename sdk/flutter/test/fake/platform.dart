import 'package:flutter/services.dart';
import 'package:portico_flutter/src/flutter/channels.dart';
import 'package:portico_flutter/src/flutter/engine_link.dart';
import 'package:portico_flutter/src/flutter/module_channel.dart';

final String _bridge = bridgeChannel.name, _events = bridgeEvents.name;

/// Channels of an engine, wherever they are used from.
extension Channels on StubEngine {
  /// The channel [of], in this engine.
  MethodChannel method(MethodChannel of) => MethodChannel(of.name, const StandardMethodCodec(), this);

  /// The channel of events [of], in this engine.
  EventChannel event(EventChannel of) => EventChannel(of.name, const StandardMethodCodec(), this);

  /// The host's end of the bridge to modules.
  ModuleChannel get modules => ModuleChannel(methods: method(bridgeChannel), events: event(bridgeEvents));

  /// A mini-program's end.
  EngineLink get link => EngineLink(methods: method(bridgeChannel), events: event(bridgeEvents));
}

/// The platform between a host's engine and the engines of its modules, as the README's table says it: Kotlin and Swift
/// do the same, and are held to it by tests of their own.
final class FakePlatform {
  /// With the engine of a [host], and [modules] by id.
  FakePlatform(this.modules, {StubEngine? host}) : host = host ?? StubEngine() {
    this.host.platform[_bridge] = _hostSays;
    modules.forEach(_connect);
  }

  /// The host's engine.
  final StubEngine host;

  /// The engines of the mini-programs.
  final Map<String, StubEngine> modules;

  /// Those that are open.
  final Set<String> open = {};

  /// Those that are gone, by id, in order.
  final List<(String, StubEngine)> gone = [];

  /// What the modules said, in order.
  final List<String> toHost = [];

  /// What is run in a module's engine when it opens.
  void Function(String id)? begin;

  /// The person closes [id].
  void close(String id) {
    open.remove(id);
    host.emit(_events, {'type': 'closed', 'miniProgramId': id});
  }

  void _connect(String id, StubEngine engine) => engine.platform[_bridge] = (call) async {
    final fields = call.arguments as Map<Object?, Object?>;
    toHost.add(call.method);
    await host.callDart(_bridge, call.method, {...fields, 'miniProgramId': id});
    return null;
  };

  Future<Object?> _hostSays(MethodCall call) async {
    final fields = {...call.arguments as Map<Object?, Object?>};
    final id = fields['miniProgramId'];
    final engine = modules[id];
    if (engine == null) throw PlatformException(code: 'unknown_module', message: '$id is not registered');
    if (call.method == 'close') {
      if (open.remove(id)) gone.add((id! as String, engine));
      _connect(id! as String, modules[id as String] = StubEngine());
    } else if (call.method == 'launch' && open.add(id! as String)) {
      engine.run(() => begin?.call(id as String));
    } else if (fields.containsKey('id') || call.method == 'launch') {
      await engine.callDart(_bridge, call.method, fields);
    } else {
      engine.emit(_events, {...fields..remove('miniProgramId'), 'portico': 1, 'type': call.method});
    }
    return null;
  }
}
