import 'dart:async';

import '../shared/errors.dart';
import '../shared/messages.dart';
import 'place.dart';

/// Who listens at a mini-program's place, and what they have been told.
final class Audience {
  Document? _document;
  Document? _launched;
  Document? _deaf;
  Document? _waiting;
  bool _isOver = false;

  /// The document that is there, once it has said `ready`.
  Document? get document => _document;

  /// Whether it was told of the end before it was launched: it has given up, and listens no more.
  bool get hasGivenUp => _document != null && identical(_document, _deaf);

  /// Whether it has not been answered, see [wait].
  bool get isWaiting => _document != null && identical(_document, _waiting);

  /// Whether [document] has had its launch, since it last said `ready`.
  bool isLaunched(Document document) => identical(document, _launched);

  /// [document] said `ready`: it has had nothing yet.
  void begin(Document document) {
    _document = document;
    _launched = _deaf = _waiting = null;
    _isOver = false;
  }

  /// Nobody is there any more.
  void leave() => _document = null;

  /// Who is there is to be answered when it is known what comes of a launch that is under way.
  void wait() => _waiting = _document;

  /// Launches [to] with [message], where it is still there; says whether it was.
  bool launch(Document to, BridgeMessage message) {
    if (!identical(to, _document)) return false;
    to.send(message);
    _isOver = false;
    _launched = to;
    return true;
  }

  /// Says something to [to], where it is still there, and has not been told of the end.
  ///
  /// Throws [PorticoException] `invalid_response` where no message can hold what Portico gave.
  void send(Document to, String type, Map<String, Object?> fields) {
    if (_isOver || !identical(to, _document)) return;
    to.send(_message(type, fields) ?? (throw PorticoException('invalid_response', 'this is no $type')));
  }

  /// Says news, where somebody listens; what is not well-formed is none. A place that fails keeps nobody else from
  /// hearing them.
  void tell(String type, Map<String, Object?> fields) {
    final message = _message(type, fields);
    if (message == null) return;
    try {
      _document?.send(message);
    } on Object catch (error, trace) {
      Zone.current.handleUncaughtError(error, trace);
    }
  }

  /// Tells who is there that the session is over.
  void end(String reason) {
    if (!identical(_document, _launched)) _deaf = _document;
    _waiting = null;
    _isOver = true;
    tell('session_expired', {'reason': reason});
  }

  static BridgeMessage? _message(String type, Map<String, Object?> fields) =>
      BridgeMessage.fromHost({'portico': bridgeVersion, 'type': type, ...fields});
}
