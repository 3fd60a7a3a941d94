import 'dart:convert';

import 'shapes.dart';

/// The version that every message of the bridge carries in its `portico` field.
const int bridgeVersion = 1;

const int _longestText = 65536;

/// A message of the bridge between a host and a mini-program, well-formed.
///
/// What may stand in one, and which end understands it, is laid down in `sdk/vectors/bridge`.
final class BridgeMessage {
  BridgeMessage._(this.type, this._fields);

  /// What kind of message it is, such as `launch`.
  final String type;

  final Map<String, Object?> _fields;

  /// The question's id, in questions and answers.
  String? get id => _fields['id'] as String?;

  /// The text in [field], or the empty string.
  String text(String field) => _fields[field] as String? ?? '';

  /// How long what it brings is good for.
  Duration get expiresIn => Duration(seconds: _fields['expiresIn'] as int? ?? 0);

  /// The message's own fields, without the envelope.
  Map<String, Object?> get fields => Map.unmodifiable(_fields);

  /// The message as it goes over the bridge.
  Map<String, Object?> toJson() => {'portico': bridgeVersion, 'type': type, ..._fields};

  /// Reads what a host said; `null` for anything that is not a host's well-formed message: drop that silently.
  /// Fields that this version does not know are left out.
  static BridgeMessage? fromHost(Object? data) => _parse(hostShapes, data);

  /// Reads what a mini-program said; `null` for anything that is not a mini-program's well-formed message: drop that
  /// silently. Fields that this version does not know are left out.
  static BridgeMessage? fromMiniProgram(Object? data) => _parse(miniProgramShapes, data);

  /// Reads a text that a page in a WebView posted; `null` as [fromMiniProgram], and for a text longer than 65,536
  /// UTF-16 code units.
  static BridgeMessage? fromPage(String text) {
    if (text.length > _longestText) return null;
    try {
      return fromMiniProgram(jsonDecode(text));
    } on FormatException {
      return null;
    }
  }

  static BridgeMessage? _parse(Map<String, Shape> shapes, Object? data) {
    if (data is! Map || data['portico'] != bridgeVersion) return null;
    final type = data['type'];
    final shape = type is String ? shapes[type] : null;
    if (shape == null) return null;
    final known = <String, Object?>{};
    for (final MapEntry(key: field, value: check) in shape.entries) {
      final value = data[field];
      if (value == null && data.containsKey(field) || !check(value)) return null;
      if (value != null) known[field] = value;
    }
    return BridgeMessage._(type as String, known);
  }
}
