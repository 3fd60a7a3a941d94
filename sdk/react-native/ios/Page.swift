import Foundation
import WebKit

/// What a page tells.
@MainActor
protocol PageEvents: AnyObject {
  func message(document: Int, origin: String, text: String)
  func gone(document: Int)
}

/// The documents that come and go in a WebView's main frame.
///
/// A document is spoken to by answering what it has asked: the script that makes `portico` keeps one question open, and
/// WebKit gives an answer to nobody but the very document that asked. So what is said to a document that is gone, or to
/// one that came in its place, is lost, and no script is ever run in a page to hand it something.
@MainActor
final class Page: NSObject, WKScriptMessageHandlerWithReply {
  static let name = "portico"

  private static let longestText = 65_536
  private let origins: Origins
  private weak var events: PageEvents?
  private var key = ""
  private var last = 0
  private var past: Set<String> = []
  private var waiting: ((Any?, String?) -> Void)?
  private var unsaid: [String] = []

  init(origins: Origins, events: PageEvents) {
    self.origins = origins
    self.events = events
  }

  func userContentController(
    _ controller: WKUserContentController,
    didReceive message: WKScriptMessage,
    replyHandler: @escaping (Any?, String?) -> Void
  ) {
    let origin = Origins.text(of: message.frameInfo.securityOrigin)
    guard message.frameInfo.isMainFrame, origins.contains(origin),
      let body = message.body as? [String: Any], let key = body["document"] as? String, !past.contains(key)
    else {
      return replyHandler(nil, "not the main frame of an origin of this mini-program")
    }
    if key != self.key { begin(key) }
    if let text = body["text"] as? String {
      replyHandler(nil, nil)
      if text.utf16.count <= Page.longestText { events?.message(document: last, origin: origin, text: text) }
    } else {
      waiting?([String](), nil)
      waiting = replyHandler
      sayWhatIsLeft()
    }
  }

  /// Says `text` to that document, unless it is gone.
  func post(_ document: Int, _ text: String) {
    guard document == last, !key.isEmpty else { return }
    unsaid.append(text)
    sayWhatIsLeft()
  }

  /// The present document is heard and spoken to no more.
  func forget() {
    guard !key.isEmpty else { return }
    past.insert(key)
    key = ""
    unsaid = []
    waiting?(nil, "gone")
    waiting = nil
    events?.gone(document: last)
  }

  private func begin(_ key: String) {
    forget()
    self.key = key
    last += 1
  }

  private func sayWhatIsLeft() {
    guard let answer = waiting, !unsaid.isEmpty else { return }
    waiting = nil
    let texts = unsaid
    unsaid = []
    answer(texts, nil)
  }

  /// Makes `portico`, in documents of those origins, before any script of the page runs: as long as there is somebody
  /// who hears it. A WebView that was let go keeps its scripts.
  var script: String {
    """
    (() => {
      if (!\(origins.json).includes(location.origin)) return;
      const handler = window.webkit?.messageHandlers.portico;
      if (!handler) return;
      const document = String(crypto.getRandomValues(new Uint32Array(4)));
      const send = async (question) => handler.postMessage({ document, ...question });
      const portico = { onmessage: null, postMessage: (text) => void send({ text: String(text) }).catch(() => {}) };
      const listen = async () => {
        for (;;) for (const data of await send({})) portico.onmessage?.({ data });
      };
      Object.defineProperty(window, "portico", { value: portico });
      listen().catch(() => {});
    })();
    """
  }
}
