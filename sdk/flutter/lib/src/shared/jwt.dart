import 'dart:convert';

/// A JSON object as it comes over the wire.
typedef Json = Map<String, Object?>;

/// Base64url without padding (RFC 4648 §5).
String base64UrlText(List<int> bytes) => base64Url.encode(bytes).replaceAll('=', '');

/// The payload of a JWT (RFC 7519), or nothing where [token] is not one. Its signature is NOT verified: good for
/// comparing and for reading what came over a trusted connection, never for deciding who somebody is.
Json unverifiedClaims(String token) {
  final parts = token.split('.');
  if (parts.length != 3) return const {};
  try {
    return jsonObject(utf8.decode(base64Url.decode(base64Url.normalize(parts[1]))));
  } on FormatException {
    return const {};
  }
}

/// The JSON object in [text], or an empty one.
Json jsonObject(String text) {
  try {
    return switch (jsonDecode(text)) {
      final Json object => object,
      _ => const {},
    };
  } on FormatException {
    return const {};
  }
}

/// Text out of a JSON object.
extension TextOf on Json {
  /// The member [name] where it is a string, else the empty string.
  String text(String name) => switch (this[name]) {
    final String text => text,
    _ => '',
  };
}
