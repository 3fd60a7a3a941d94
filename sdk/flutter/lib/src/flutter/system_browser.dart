import 'package:flutter/services.dart';

import '../host/browser.dart';
import '../shared/errors.dart';
import 'channels.dart';

/// The system's browser, in a tab of the app (RFC 8252): Custom Tabs on Android, `ASWebAuthenticationSession` on iOS.
///
/// Its cookies are the browser's own, so a person who is signed in at Portico is not asked again.
final class SystemBrowser implements Browser {
  /// Opens pages over [methods].
  const SystemBrowser({MethodChannel methods = browserChannel}) : _methods = methods;

  final MethodChannel _methods;

  @override
  Future<Uri?> open(Uri page, {required Uri returnTo}) async {
    final String? back;
    try {
      back = await _methods.invokeMethod<String>('open', {'page': '$page', 'returnTo': '$returnTo'});
    } on PlatformException catch (error) {
      throw PorticoException(error.code, error.message);
    }
    // Any app may open the redirect URI, with anything behind it.
    return back == null ? null : Uri.tryParse(back) ?? returnTo;
  }
}
