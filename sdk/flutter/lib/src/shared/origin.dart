import 'errors.dart';

final RegExp _loopback = RegExp(r'^(localhost|.+\.localhost|127(\.\d+){3}|::1)$');

/// The exact origin of [url]: https, or http on this very machine.
///
/// Throws [PorticoException] `invalid_origin` for anything else, opaque origins and `*` among them.
String exactOrigin(Uri url) {
  final safe =
      url.host.isNotEmpty &&
      !url.host.contains('*') &&
      url.userInfo.isEmpty &&
      (url.isScheme('https') || (url.isScheme('http') && _loopback.hasMatch(url.host)));
  if (!safe) throw PorticoException('invalid_origin', 'neither https nor loopback: $url');
  return url.origin;
}

/// The [exactOrigin] of the address [text].
///
/// Throws [PorticoException] `invalid_origin` as well where it is no address at all.
String originOf(String text) => exactOrigin(Uri.tryParse(text) ?? Uri());
