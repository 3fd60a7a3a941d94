/// One server-sent event.
typedef StreamEvent = ({String type, String data});

final RegExp _lineEnd = RegExp('\r\n|\r|\n');

/// Reads a stream of server-sent events (HTML Standard §9.2.6) from pieces of any size.
final class EventParser {
  /// Resumes after [lastEventId].
  EventParser([this.lastEventId = '']) : _id = lastEventId;

  /// The last event's id, to resume after it.
  String lastEventId;

  /// How long the server wants a reconnection to wait, where it said so.
  Duration? retry;

  String _rest = '';
  String _type = '';
  String _id;
  List<String> _data = [];

  /// The events that [piece] completes.
  List<StreamEvent> push(String piece) {
    _rest += piece;
    final events = <StreamEvent>[];
    for (var line = _line(); line != null; line = _line()) {
      if (line.isEmpty) {
        _dispatch(events);
      } else {
        _field(line);
      }
    }
    return events;
  }

  String? _line() {
    final at = _rest.indexOf(_lineEnd);
    // A CR at the very end may be the first half of a CR LF.
    if (at < 0 || (at == _rest.length - 1 && _rest[at] == '\r')) return null;
    final line = _rest.substring(0, at);
    _rest = _rest.substring(at + (_rest.startsWith('\r\n', at) ? 2 : 1));
    return line;
  }

  void _field(String line) {
    final colon = line.indexOf(':');
    final name = colon < 0 ? line : line.substring(0, colon);
    final after = colon < 0 ? '' : line.substring(colon + 1);
    final value = after.startsWith(' ') ? after.substring(1) : after;
    switch (name) {
      case 'event':
        _type = value;
      case 'data':
        _data.add(value);
      case 'id' when !value.contains('\u0000'):
        _id = value;
      case 'retry' when RegExp(r'^\d{1,9}$').hasMatch(value):
        retry = Duration(milliseconds: int.parse(value));
    }
  }

  void _dispatch(List<StreamEvent> events) {
    lastEventId = _id;
    if (_data.isNotEmpty) events.add((type: _type.isEmpty ? 'message' : _type, data: _data.join('\n')));
    _type = '';
    _data = [];
  }
}
