import 'package:webview_flutter/webview_flutter.dart';

class WebKitWebViewController extends PlatformWebViewController {
  WebKitWebViewController(this.webViewIdentifier);
  final int webViewIdentifier;
}
