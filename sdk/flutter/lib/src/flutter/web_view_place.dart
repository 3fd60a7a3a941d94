import 'dart:async';

import 'package:flutter/widgets.dart';
import 'package:webview_flutter/webview_flutter.dart';
import 'package:webview_flutter_android/webview_flutter_android.dart';
import 'package:webview_flutter_wkwebview/webview_flutter_wkwebview.dart';

import '../host/navigation_lock.dart';
import '../host/place.dart';
import '../shared/errors.dart';
import '../shared/jwt.dart';
import '../shared/messages.dart';
import '../shared/origin.dart';
import 'page_channel.dart';

/// A page that is still there after this long cannot be waited for.
const Duration _patience = Duration(seconds: 2);

/// A mini-program that is a web page, in a WebView whose navigation is locked to the mini-program's origins.
final class WebViewPlace implements Place {
  /// The page at [entry]. [origins] are the manifest's, where there are more than that of the entry.
  ///
  /// Links that lead elsewhere are not followed but given to [onExternalLink], which may open the browser. A form that
  /// Android posts elsewhere without asking ends at a blank page, and its address is given too.
  ///
  /// Every time that the place is opened it is another WebView, made by [newController]. Another person finds
  /// nothing of the one before in it, except on Android WebViews without profiles, see the README.
  ///
  /// Throws [PorticoException] `invalid_origin` unless all of them are https or loopback.
  WebViewPlace(
    this.entry, {
    Iterable<Uri> origins = const [],
    void Function(Uri link)? onExternalLink,
    WebViewController Function() newController = WebViewController.new,
    PageChannel? channel,
  }) : origins = {exactOrigin(entry), ...origins.map(exactOrigin)},
       _newController = newController,
       _onExternalLink = onExternalLink,
       _channel = channel ?? PageChannel.shared;

  /// Where the mini-program begins.
  final Uri entry;

  @override
  final Set<String> origins;

  /// The WebView, for `MiniProgramView`: another one, each time that the place is opened.
  late final ValueNotifier<WebViewController> controllers = ValueNotifier(_newController());

  final WebViewController Function() _newController;
  final void Function(Uri link)? _onExternalLink;
  final PageChannel _channel;
  late final NavigationLock _lock = NavigationLock(origins);
  bool _isUsed = false;
  bool _hasLoaded = false;
  int _turn = 0;
  Completer<void>? _blank;

  /// The WebView, as of now.
  WebViewController get controller => controllers.value;

  @override
  Future<void> open(BridgeMessage launch, PlaceListener listener) async {
    final turn = _turn += 1;
    void checkStillOpen() {
      if (turn != _turn) throw const PorticoException('closed', 'the place was closed, or opened anew');
    }

    // A WebView has a history, and keeps the storage that it was first given: it is not used twice.
    if (_isUsed) {
      await _leave();
      checkStillOpen();
      controllers.value = _newController();
    }
    _isUsed = true;
    _hasLoaded = false;
    final WebViewController mine = controller;
    final webView = _identifier(mine);
    await _channel.attach(
      webView,
      origins: origins,
      storage: launch.text('miniProgramId'),
      person: unverifiedClaims(launch.text('token')).text('sub'),
      listener: listener,
    );
    checkStillOpen();
    await mine.setJavaScriptMode(JavaScriptMode.unrestricted);
    await mine.setNavigationDelegate(
      NavigationDelegate(
        onNavigationRequest: _decide,
        onPageStarted: (url) => _started(mine, url),
        onPageFinished: (url) => _finished(mine, url),
      ),
    );
    checkStillOpen();
    _hasLoaded = true;
    await mine.loadRequest(entry);
  }

  @override
  Future<void> reopen(BridgeMessage launch, PlaceListener listener) => open(launch, listener);

  @override
  Future<void> close() {
    _turn += 1;
    return _leave();
  }

  /// Takes away what the WebView shows: a page that still ran could write down again what is cleared after it.
  Future<void> _leave() async {
    final mine = controller;
    final detached = _channel.detach(_identifier(mine));
    if (_hasLoaded) {
      final blank = _blank ??= Completer<void>();
      await mine.loadRequest(Uri.parse(NavigationLock.blank));
      await blank.future.timeout(_patience, onTimeout: () {});
    }
    await detached;
  }

  NavigationDecision _decide(NavigationRequest request) {
    if (!request.isMainFrame || _lock.holds(request.url)) return NavigationDecision.navigate;
    _refuse(request.url);
    return NavigationDecision.prevent;
  }

  /// On Android this is a document that is shown, and a posted form comes here without having been asked about.
  /// On iOS it is a load that was begun: whether a document comes of it, the platform's side says.
  void _started(WebViewController mine, String url) {
    final platform = mine.platform;
    if (platform is! AndroidWebViewController) return;
    if (_lock.holds(url)) return _channel.began(platform.webViewIdentifier);
    _channel.left(platform.webViewIdentifier);
    unawaited(mine.loadRequest(Uri.parse(NavigationLock.blank)));
    _refuse(url);
  }

  void _finished(WebViewController mine, String url) {
    if (mine.platform case final AndroidWebViewController android) _channel.finished(android.webViewIdentifier);
    if (!identical(mine, controller) || url != NavigationLock.blank) return;
    _blank?.complete();
    _blank = null;
  }

  /// Tells the app, once the WebView has its decision: that must not wait for what the app does, or fail with it.
  void _refuse(String url) {
    final link = Uri.tryParse(url), tell = _onExternalLink;
    if (link != null && tell != null) scheduleMicrotask(() => tell(link));
  }

  static int _identifier(WebViewController controller) => switch (controller.platform) {
    final AndroidWebViewController android => android.webViewIdentifier,
    final WebKitWebViewController webKit => webKit.webViewIdentifier,
    _ => throw const PorticoException('unsupported_web_view', 'Android and iOS only'),
  };
}
