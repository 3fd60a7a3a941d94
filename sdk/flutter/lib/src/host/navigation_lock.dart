import '../shared/errors.dart';
import '../shared/origin.dart';

/// Holds the main frame of a WebView to a mini-program's origins.
final class NavigationLock {
  /// Holds it to [_origins].
  const NavigationLock(this._origins);

  /// The page that shows nothing.
  static const String blank = 'about:blank';

  final Set<String> _origins;

  /// Whether the page at [url] may be shown.
  bool holds(String url) {
    try {
      return url == blank || _origins.contains(exactOrigin(Uri.parse(url)));
    } on FormatException {
      return false;
    } on PorticoException {
      return false;
    }
  }
}
