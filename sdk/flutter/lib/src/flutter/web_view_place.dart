import 'dart:async';

import 'package:webview_flutter/webview_flutter.dart';
import 'package:webview_flutter_android/webview_flutter_android.dart';
import 'package:webview_flutter_wkwebview/webview_flutter_wkwebview.dart';

import '../host/place.dart';
import '../shared/errors.dart';
import '../shared/jwt.dart';
import '../shared/messages.dart';
import '../shared/origin.dart';
import 'page_channel.dart';

/// A mini-program that is a web page, in a WebView whose navigation is locked to the mini-program's origins.
final class WebViewPlace implements Place {
  /// The page at [entry]. [origins] are the manifest's, where there are more than that of the entry.
  ///
  /// Links that lead elsewhere are not followed but given to [onExternalLink], which may open the browser.
  ///
  /// Throws [PorticoException] `invalid_origin` unless all of them are https or loopback.
  WebViewPlace(
    this.entry, {
    Iterable<Uri> origins = const [],
    void Function(Uri link)? onExternalLink,
    WebViewController? controller,
    PageChannel? channel,
  }) : origins = {exactOrigin(entry), ...origins.map(exactOrigin)},
       controller = controller ?? WebViewController(),
       _onExternalLink = onExternalLink,
       _channel = channel ?? PageChannel.shared;

  /// Where the mini-program begins.
  final Uri entry;

  @override
  final Set<String> origins;

  /// The WebView, for `MiniProgramView`.
  final WebViewController controller;

  final void Function(Uri link)? _onExternalLink;
  final PageChannel _channel;

  @override
  Future<void> open(BridgeMessage launch, PlaceListener listener) async {
    final webView = _identifier;
    await _channel.attach(
      webView,
      origins: origins,
      storage: launch.text('miniProgramId'),
      person: unverifiedClaims(launch.text('token')).text('sub'),
      listener: listener,
    );
    await controller.setJavaScriptMode(JavaScriptMode.unrestricted);
    await controller.setNavigationDelegate(
      NavigationDelegate(
        onNavigationRequest: _decide,
        onPageStarted: (_) => _channel.navigated(webView),
      ),
    );
    await controller.loadRequest(entry);
  }

  @override
  Future<void> close() async {
    await _channel.detach(_identifier);
    await controller.loadRequest(Uri.parse('about:blank'));
  }

  NavigationDecision _decide(NavigationRequest request) {
    if (!request.isMainFrame || _belongs(request.url)) return NavigationDecision.navigate;
    final link = Uri.tryParse(request.url);
    if (link != null) _onExternalLink?.call(link);
    return NavigationDecision.prevent;
  }

  bool _belongs(String url) {
    try {
      return url == 'about:blank' || origins.contains(exactOrigin(Uri.parse(url)));
    } on FormatException {
      return false;
    } on PorticoException {
      return false;
    }
  }

  int get _identifier => switch (controller.platform) {
    final AndroidWebViewController android => android.webViewIdentifier,
    final WebKitWebViewController webKit => webKit.webViewIdentifier,
    _ => throw const PorticoException('unsupported_web_view', 'Android and iOS only'),
  };
}
