import 'dart:async';

import '../shared/environment.dart';
import '../shared/errors.dart';
import '../shared/messages.dart';
import 'host_link.dart';

typedef _Waiting = ({Completer<BridgeMessage> answer, Timer timer});

/// Questions and answers over a [HostLink].
final class Channel {
  /// Speaks over [_link]; [_heard] is told everything that the host says, before whoever waits for it.
  Channel(this._environment, this._link, this._heard) {
    _link.listen(_onMessage);
  }

  final Environment _environment;
  final HostLink _link;
  final void Function(BridgeMessage) _heard;
  final Map<String, _Waiting> _waiting = {};
  int _next = 1;

  /// Says `ready`.
  Future<void> ready() => _link.send(const {'portico': bridgeVersion, 'type': 'ready'});

  /// Asks the host something, and waits for its [answer].
  ///
  /// Throws [NoHost] when [patience] is over before; [PorticoException] with the host's code.
  Future<BridgeMessage> ask(
    String type, {
    required String answer,
    required Duration patience,
    Map<String, Object?> fields = const {},
  }) async {
    final id = '${_next++}';
    final waiting = Completer<BridgeMessage>();
    final timer = _environment.timer(patience, () => _fail(id, NoHost('no answer to $type')));
    _waiting[id] = (answer: waiting, timer: timer);
    unawaited(
      _link
          .send({'portico': bridgeVersion, 'type': type, 'id': id, ...fields})
          .onError<PorticoException>((error, _) => _fail(id, error)),
    );
    final message = await waiting.future;
    if (message.type == answer) return message;
    throw message.type == 'error'
        ? PorticoException(message.text('error'), 'the host answered ${message.text('error')}')
        : PorticoException('invalid_response', 'the host answered with ${message.type}');
  }

  /// Everything that waits for an answer fails with [error].
  void failAll(PorticoException error) {
    for (final id in [..._waiting.keys]) {
      _fail(id, error);
    }
  }

  /// Stops listening.
  Future<void> close() => _link.close();

  void _fail(String id, PorticoException error) => _settle(id)?.completeError(error);

  Completer<BridgeMessage>? _settle(String? id) {
    final waiting = _waiting.remove(id);
    waiting?.timer.cancel();
    return waiting?.answer;
  }

  void _onMessage(Object? data) {
    final message = BridgeMessage.fromHost(data);
    if (message == null) return;
    _heard(message);
    _settle(message.id)?.complete(message);
  }
}
