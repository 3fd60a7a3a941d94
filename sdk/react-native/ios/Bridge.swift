import Foundation
import UIKit
import WebKit

/// What the bridge tells: the events of the specification.
@objc(PorticoBridgeDelegate)
public protocol BridgeDelegate: AnyObject {
  @objc(messageFrom:document:origin:text:)
  func message(from channel: String, document: Int, origin: String, text: String)
  @objc(documentGoneFrom:document:)
  func documentGone(from channel: String, document: Int)
  @objc(navigationRefusedIn:url:)
  func navigationRefused(in channel: String, url: String)
}

/// The bridge between WebViews' main frames and the app, by channel. Used on the main thread only.
@MainActor
@objc(PorticoBridge)
public final class Bridge: NSObject {
  @objc public weak var delegate: BridgeDelegate?
  private var taken: [String: Taken] = [:]

  /// Takes the WebView at or below `view`. The answer is a code of the specification where that cannot be.
  @objc(attachTo:channel:origins:)
  public func attach(to view: UIView?, channel: String, origins: [String]) -> String? {
    guard let origins = Origins(origins) else { return "invalid_origin" }
    guard let webView = view.flatMap(Bridge.webView(below:)) else { return "no_web_view" }
    detach(channel)
    taken[channel] = Taken(webView, origins: origins, channel: channel, delegate: { [weak self] in self?.delegate })
    return nil
  }

  @objc public func detach(_ channel: String) {
    taken.removeValue(forKey: channel)?.leave()
  }

  @objc(post:document:text:)
  public func post(_ channel: String, document: Int, text: String) {
    taken[channel]?.page?.post(document, text)
  }

  @objc public func leaveAll() {
    taken.values.forEach { $0.leave() }
    taken = [:]
  }

  private static func webView(below view: UIView) -> WKWebView? {
    if let webView = view as? WKWebView { return webView }
    return view.subviews.lazy.compactMap(webView(below:)).first
  }
}

/// A WebView whose main frame has the object `portico`.
@MainActor
private final class Taken: PageEvents {
  private(set) var page: Page?
  private let webView: WKWebView
  private let channel: String
  private let delegate: @MainActor () -> BridgeDelegate?
  private var navigation: NSKeyValueObservation?

  init(_ webView: WKWebView, origins: Origins, channel: String, delegate: @escaping @MainActor () -> BridgeDelegate?) {
    self.webView = webView
    self.channel = channel
    self.delegate = delegate
    let page = Page(origins: origins, events: self)
    self.page = page
    let controller = webView.configuration.userContentController
    controller.addScriptMessageHandler(page, contentWorld: .page, name: Page.name)
    controller.addUserScript(
      WKUserScript(source: page.script, injectionTime: .atDocumentStart, forMainFrameOnly: true, in: .page))
    // The component decides where the main frame goes: react-native-webview waits for that here. What begins to load
    // from elsewhere all the same is stopped; the document that is shown stays.
    navigation = webView.observe(\.url) { [weak self] webView, _ in
      MainActor.assumeIsolated {
        guard let self, let url = webView.url, url.absoluteString != "about:blank",
          !origins.contains(Origins.text(of: url))
        else { return }
        webView.stopLoading()
        self.delegate()?.navigationRefused(in: self.channel, url: url.absoluteString)
      }
    }
  }

  func leave() {
    navigation = nil
    page?.forget()
    page = nil
    webView.configuration.userContentController.removeScriptMessageHandler(forName: Page.name, contentWorld: .page)
  }

  func message(document: Int, origin: String, text: String) {
    delegate()?.message(from: channel, document: document, origin: origin, text: text)
  }

  func gone(document: Int) {
    delegate()?.documentGone(from: channel, document: document)
  }
}
