import 'dart:async';
import 'dart:convert';

import '../shared/environment.dart';
import '../shared/http.dart';
import 'event_parser.dart';

const Duration _silence = Duration(seconds: 45);
const Duration _firstWait = Duration(seconds: 1);
const Duration _longestWait = Duration(seconds: 30);

/// Keeps a stream of server-sent events open.
///
/// Resumes after the last event heard, waits longer after each failure in a row (1 s to 30 s), and takes a stream that
/// has been silent for 45 s for dead (the server pings every 15 s).
final class Follower {
  /// Follows what [open] opens, after the event with that id; anything but 200 is tried again.
  Follower(this._environment, {required this.open, required this.heard, required this.online});

  /// Opens the stream after the event with that id.
  final Future<HttpResponse> Function(String lastEventId, Future<void> aborted) open;

  /// Is told every event.
  final void Function(StreamEvent) heard;

  /// Is told when the stream is open, and when it no longer is.
  final void Function({required bool open}) online;

  final Environment _environment;
  final Completer<void> _stop = Completer();
  EventParser _parser = EventParser();
  int _failures = 0;

  bool get _stopped => _stop.isCompleted;

  /// Follows until [stop].
  Future<void> run() async {
    while (!_stopped) {
      try {
        await _once();
      } on Object {
        // Whatever broke the stream, it is opened anew.
      }
      if (_stopped) return;
      _failures += 1;
      online(open: false);
      await Future.any([_stop.future, _pause()]);
      _waiting?.cancel();
    }
  }

  Timer? _waiting;

  /// Closes the stream for good.
  void stop() {
    if (!_stopped) _stop.complete();
  }

  Future<void> _once() async {
    final abort = Completer<void>();
    void giveUp() => abort.isCompleted ? null : abort.complete();
    unawaited(_stop.future.then((_) => giveUp()));
    Timer watch = _environment.timer(_silence, giveUp);
    StreamIterator<String>? pieces;
    try {
      final opening = open(_parser.lastEventId, abort.future);
      final response = await Future.any<HttpResponse?>([opening, abort.future.then((_) => null)]);
      if (response == null) return unawaited(opening.then(_close, onError: (_) {}));
      if (response.status != 200 || abort.isCompleted) return _close(response);
      pieces = StreamIterator(const Utf8Decoder(allowMalformed: true).bind(response.body));
      _parser = EventParser(_parser.lastEventId);
      online(open: true);
      while (await Future.any([pieces.moveNext(), abort.future.then((_) => false)])) {
        watch.cancel();
        watch = _environment.timer(_silence, giveUp);
        _hear(pieces.current);
      }
    } finally {
      watch.cancel();
      giveUp();
      unawaited(pieces?.cancel());
    }
  }

  static void _close(HttpResponse response) => unawaited(response.body.listen(null, onError: (_) {}).cancel());

  void _hear(String piece) {
    for (final event in _parser.push(piece)) {
      if (_stopped) return;
      _failures = 0;
      heard(event);
    }
  }

  /// Half of the wait is chance, so that hosts that were cut off together do not come back together.
  Future<void> _pause() {
    var longest = _firstWait * (1 << (_failures - 1).clamp(0, 5));
    if (longest > _longestWait) longest = _longestWait;
    final wait = _parser.retry ?? longest * (128 + _environment.random(1).first / 2) ~/ 256;
    final over = Completer<void>();
    _waiting = _environment.timer(wait, over.complete);
    return over.future;
  }
}
