import 'dart:async';
import 'dart:convert';

import 'package:flutter/services.dart';

import '../host/main_frame.dart';
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
  final Map<int, _View> _attached = {};

  /// Hears the pages of [origins] in [webView] for [listener]. Call it before anything is loaded.
  ///
  /// [storage] and [person] say whose cookies and storage these are: apart, or cleared for another person, as far as
  /// the system can.
  ///
  /// Throws [PorticoException] `unsupported_web_view` where the system's WebView is too old to tell who speaks.
  Future<void> attach(
    int webView, {
    required Set<String> origins,
    required String storage,
    required String person,
    required PlaceListener listener,
  }) async {
    final view = _attached[webView] = _View(listener);
    try {
      await _methods.invokeMethod<void>('attach', {
        'webView': webView,
        'origins': origins.toList(),
        'storage': storage,
        'person': person,
      });
    } on PlatformException catch (error) {
      if (identical(_attached[webView], view)) _attached.remove(webView);
      throw PorticoException(error.code, error.message);
    }
  }

  /// The main frame of [webView] shows a new document.
  void began(int webView) => _change(webView, (frame) => frame.began());

  /// The main frame of [webView] has loaded the document that it shows.
  void finished(int webView) => _change(webView, (frame) => frame.finished());

  /// The main frame of [webView] has left the mini-program.
  void left(int webView) => _change(webView, (frame) => frame.left());

  /// Hears [webView] no more, from the call on.
  Future<void> detach(int webView) async {
    _attached.remove(webView);
    await _methods.invokeMethod<void>('detach', {'webView': webView});
  }

  Future<void> _called(MethodCall call) async {
    switch ((call.method, call.arguments)) {
      case ('message', {'webView': final int webView, 'document': final int document, 'text': final String text}):
        _heard(webView, document, text);
      case ('began', {'webView': final int webView, 'document': final int document}):
        _change(webView, (frame) => frame.began(document));
    }
  }

  void _heard(int webView, int document, String text) {
    _change(webView, (frame) => frame.spoke(document));
    final view = _attached[webView];
    if (view == null || view.frame.shown != document) return;
    final message = BridgeMessage.fromPage(text);
    if (message == null) return;
    if (message.type == 'ready') view.page ??= _Page(this, webView, document);
    if (view.page case final page?) view.listener.heard(page, message);
  }

  /// Tells the listener when the page that was ready is no longer there after [change].
  void _change(int webView, void Function(MainFrame) change) {
    final view = _attached[webView];
    if (view == null) return;
    change(view.frame);
    if (view.page == null || view.page?.document == view.frame.shown) return;
    view.page = null;
    view.listener.gone();
  }

  void _send(_Page to, BridgeMessage message) {
    if (!identical(_attached[to.webView]?.page, to)) return;
    final sent = _methods.invokeMethod<void>('send', {
      'webView': to.webView,
      'document': to.document,
      'text': jsonEncode(message.toJson()),
    });
    unawaited(
      sent.onError<PlatformException>((_, __) {
        if (identical(_attached[to.webView]?.page, to)) left(to.webView);
      }),
    );
  }
}

final class _View {
  _View(this.listener);

  final PlaceListener listener;
  final MainFrame frame = MainFrame();

  /// The document that is there, once it has said `ready`.
  _Page? page;
}

final class _Page implements Document {
  _Page(this._channel, this.webView, this.document);

  final PageChannel _channel;
  final int webView;
  final int document;

  @override
  void send(BridgeMessage message) => _channel._send(this, message);
}
