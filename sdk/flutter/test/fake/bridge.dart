import 'dart:async';

import 'package:portico_flutter/core.dart';

/// A place that is opened by a test, and spoken in by it.
final class FakePlace implements Place {
  /// With these origins.
  FakePlace([this.origins = const {'https://taxi.example'}]);

  @override
  final Set<String> origins;

  /// Who listens.
  late PlaceListener listener;

  /// Whether it is open.
  bool isOpen = false;

  /// The launches for another person than before.
  final List<BridgeMessage> reopenings = [];

  /// What happens before it is open anew.
  Future<void> Function()? whileReopening;

  /// What happens before it is open.
  Future<void> Function()? whileOpening;

  @override
  Future<void> open(BridgeMessage launch, PlaceListener listener) async {
    this.listener = listener;
    isOpen = true;
    await whileOpening?.call();
  }

  @override
  Future<void> reopen(BridgeMessage launch, PlaceListener listener) async {
    reopenings.add(launch);
    await whileReopening?.call();
  }

  /// What happens before it is closed.
  Future<void> Function()? whileClosing;

  @override
  Future<void> close() async {
    await whileClosing?.call();
    isOpen = false;
  }
}

/// A document that keeps what it hears.
final class FakeDocument implements Document {
  /// At [_place].
  FakeDocument(this._place);

  final FakePlace _place;

  /// What it heard, the latest last.
  final List<BridgeMessage> heard = [];

  /// The types of what it heard.
  List<String> get types => [for (final message in heard) message.type];

  /// Says something.
  void say(String type, [Map<String, Object?> fields = const {}]) => _place.listener.heard(
    this,
    BridgeMessage.fromMiniProgram({'portico': 1, 'type': type, ...fields})!,
  );

  /// What [send] throws.
  Object? fault;

  @override
  void send(BridgeMessage message) => fault == null ? heard.add(message) : throw fault!;
}

/// A mini-program's link, whose host is a test.
final class FakeLink implements HostLink {
  void Function(Object?)? _heard;

  /// What the mini-program said.
  final List<Map<String, Object?>> said = [];

  /// Whether there is a host.
  bool hasHost = true;

  /// Says something to the mini-program.
  void say(String type, [Map<String, Object?> fields = const {}]) =>
      _heard?.call({'portico': 1, 'type': type, ...fields});

  @override
  void listen(void Function(Object?) heard) => _heard = heard;

  @override
  Future<void> send(Map<String, Object?> message) async {
    if (!hasHost) throw const NoHost('nobody is there');
    said.add(message);
  }

  @override
  Future<void> close() async => _heard = null;
}

/// A [HostLink] and a [Place] joined: a host and a mini-program in one process.
final class JoinedPlace implements Place, HostLink, Document {
  late PlaceListener _listener;
  final Completer<void> _opened = Completer();
  void Function(Object?)? _heard;

  @override
  Set<String> get origins => const {};

  /// The launch that it was opened with.
  BridgeMessage? launch;

  @override
  Future<void> open(BridgeMessage launch, PlaceListener listener) async {
    this.launch = launch;
    _listener = listener;
    _opened.complete();
  }

  @override
  Future<void> reopen(BridgeMessage launch, PlaceListener listener) async => this.launch = launch;

  @override
  void listen(void Function(Object?) heard) => _heard = heard;

  @override
  Future<void> send(Object message) async {
    if (message is BridgeMessage) return _heard?.call(message.toJson());
    await _opened.future;
    if (BridgeMessage.fromMiniProgram(message) case final said?) _listener.heard(this, said);
  }

  @override
  Future<void> close() async => _heard = null;
}
