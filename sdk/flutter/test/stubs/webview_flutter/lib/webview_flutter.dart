import 'dart:async';

import 'package:flutter/widgets.dart';

enum JavaScriptMode { disabled, unrestricted }

enum NavigationDecision { prevent, navigate }

class NavigationRequest {
  const NavigationRequest({required this.url, required this.isMainFrame});
  final String url;
  final bool isMainFrame;
}

class NavigationDelegate {
  NavigationDelegate({this.onNavigationRequest, this.onPageStarted, this.onPageFinished});
  final FutureOr<NavigationDecision> Function(NavigationRequest request)? onNavigationRequest;
  final void Function(String url)? onPageStarted;
  final void Function(String url)? onPageFinished;
}

abstract class PlatformWebViewController {}

/// Which platform's controller the next [WebViewController] has.
PlatformWebViewController Function() platformController = () => throw UnsupportedError('no platform');

class WebViewController {
  final PlatformWebViewController platform = platformController();
  JavaScriptMode? javaScriptMode;
  NavigationDelegate? delegate;

  /// What was loaded, for a test.
  final List<Uri> loaded = [];

  Future<void> setJavaScriptMode(JavaScriptMode mode) async => javaScriptMode = mode;
  Future<void> setNavigationDelegate(NavigationDelegate delegate) async => this.delegate = delegate;
  Future<void> loadRequest(Uri uri) async {
    loaded.add(uri);
    await null;
    delegate?.onPageStarted?.call('$uri');
    delegate?.onPageFinished?.call('$uri');
  }
}

class WebViewWidget extends StatelessWidget {
  const WebViewWidget({super.key, required this.controller});
  final WebViewController controller;
  @override
  Widget build(BuildContext context) => const SizedBox();
}
