import 'package:webview_flutter/webview_flutter.dart';

class AndroidWebViewController extends PlatformWebViewController {
  AndroidWebViewController(this.webViewIdentifier);
  final int webViewIdentifier;
}
