import 'dart:async';
import 'dart:convert';

import 'package:flutter/services.dart';

import '../host/place.dart';
import '../shared/errors.dart';
import '../shared/messages.dart';
import 'channels.dart';

/// The host's end of the bridge to pages in WebViews. The platform's side hears main frames at given origins alone, and
/// knows the documents in them apart.
final class PageChannel {
  /// Speaks over [methods].
  PageChannel({MethodChannel methods = pageChannel}) : _methods = methods {
    _methods.setMethodCallHandler(_called);
  }

  /// That of the app's engine.
  static final PageChannel shared = PageChannel();

  final MethodChannel _methods;
  final Map<int, PlaceListener> _open = {};
  final Map<int, _Page> _pages = {};

  /// Hears the pages of [origins] in [webView] for [listener]. Call it before anything is loaded.
  ///
  /// [storage] and [person] say whose cookies and storage these are: apart for each mini-program, and cleared for
  /// another person.
  ///
  /// Throws [PorticoException] `unsupported_web_view` where the system's WebView is too old to tell who speaks.
  Future<void> attach(
    int webView, {
    required Set<String> origins,
    required String storage,
    required String person,
    required PlaceListener listener,
  }) async {
    _open[webView] = listener;
    try {
      await _methods.invokeMethod<void>('attach', {
        'webView': webView,
        'origins': origins.toList(),
        'storage': storage,
        'person': person,
      });
    } on PlatformException catch (error) {
      _open.remove(webView);
      throw PorticoException(error.code, error.message);
    }
  }

  /// The main frame of [webView] begins to navigate: what was there is gone.
  void navigated(int webView) {
    if (_pages.remove(webView) != null) _open[webView]?.gone();
  }

  /// Hears [webView] no more.
  Future<void> detach(int webView) async {
    _open.remove(webView);
    _pages.remove(webView);
    await _methods.invokeMethod<void>('detach', {'webView': webView});
  }

  Future<void> _called(MethodCall call) async {
    if (call.method != 'message') return;
    if (call.arguments case {'webView': final int webView, 'document': final int document, 'text': final String text}) {
      _heard(webView, document, text);
    }
  }

  void _heard(int webView, int document, String text) {
    final listener = _open[webView];
    final message = BridgeMessage.fromPage(text);
    if (listener == null || message == null) return;
    var page = _pages[webView];
    if (page?.document != document) {
      if (message.type != 'ready') return;
      page = _pages[webView] = _Page(this, webView, document);
    }
    listener.heard(page!, message);
  }

  void _send(_Page to, BridgeMessage message) {
    final sent = _methods.invokeMethod<void>('send', {
      'webView': to.webView,
      'document': to.document,
      'text': jsonEncode(message.toJson()),
    });
    unawaited(sent.onError<PlatformException>((_, __) => navigated(to.webView)));
  }
}

final class _Page implements Document {
  _Page(this._channel, this.webView, this.document);

  final PageChannel _channel;
  final int webView;
  final int document;

  @override
  void send(BridgeMessage message) => _channel._send(this, message);
}
