import WebKit

/// The object that a page finds, by which it speaks with the app.
let pageObject = "portico"

/// The pages in one WebView: only its main frame, only at exact origins, only the document that is there.
///
/// A document says that it has begun before any script of it runs. That a load was begun says nothing: it may fail, or
/// be a download, and the document stays.
final class Pages: NSObject, WKScriptMessageHandler {
    private weak var webView: WKWebView?
    private let origins: Set<String>
    private let began: (_ document: Int) -> Void
    private let heard: (_ document: Int, _ text: String) -> Void
    private var documents: [String: Int] = [:]
    private var past: Set<String> = []
    private var latest = 0

    init(
        webView: WKWebView, origins: Set<String>,
        began: @escaping (_ document: Int) -> Void, heard: @escaping (_ document: Int, _ text: String) -> Void
    ) {
        self.webView = webView
        self.origins = origins
        self.began = began
        self.heard = heard
        super.init()
        let content = webView.configuration.userContentController
        content.removeScriptMessageHandler(forName: Self.handler)
        content.add(WeakHandler(self), name: Self.handler)
        let script = Self.script(for: origins)
        content.addUserScript(WKUserScript(source: script, injectionTime: .atDocumentStart, forMainFrameOnly: true))
    }

    /// Hears the WebView no more.
    func close() {
        webView?.configuration.userContentController.removeScriptMessageHandler(forName: Self.handler)
    }

    /// Says `text` to `document`; nothing happens once another one is there, or the page is elsewhere.
    func send(_ document: Int, _ text: String) {
        guard let name = documents.first(where: { $0.value == document })?.key, document == latest else { return }
        let body = """
            if (origins.includes(location.origin) && window.portico?.__document === name)
              window.portico.onmessage?.({ data: text });
            """
        let arguments: [String: Any] = ["origins": Array(origins), "name": name, "text": text]
        webView?.callAsyncJavaScript(body, arguments: arguments, in: nil, in: .page)
    }

    func userContentController(_ controller: WKUserContentController, didReceive message: WKScriptMessage) {
        let frame = message.frameInfo
        guard message.webView === webView, frame.isMainFrame, let body = message.body as? [String: String]
        else { return }
        guard origins.contains(Self.origin(frame.securityOrigin)), let name = body["document"] else {
            // Nobody is spoken to here, but whoever was here before is gone.
            begin(nil)
            return
        }
        guard !past.contains(name) else { return }
        if documents[name] == nil { begin(name) }
        if let document = documents[name], let text = body["text"] { heard(document, text) }
    }

    private func begin(_ name: String?) {
        past.formUnion(documents.keys)
        latest += 1
        documents = name.map { [$0: latest] } ?? [:]
        began(latest)
    }

    /// `https://taxi.example`, as a page writes its own.
    static func origin(_ origin: WKSecurityOrigin) -> String {
        let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
        let usual = origin.port == 0 || (origin.protocol == "https" && origin.port == 443)
            || (origin.protocol == "http" && origin.port == 80)
        return "\(origin.protocol)://\(host)" + (usual ? "" : ":\(origin.port)")
    }

    private static let handler = "porticoBridge"

    /// A document is known by a name of its own, so that one that is gone cannot be taken for the next; one that comes
    /// back out of the history is loaded anew.
    private static func script(for origins: Set<String>) -> String {
        let list = origins.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            (() => {
              const send = webkit.messageHandlers.\(handler);
              if (![\(list)].includes(location.origin)) return void send.postMessage({});
              const name = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");
              send.postMessage({ document: name });
              addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });
              const postMessage = (text) => send.postMessage({ document: name, text: String(text) });
              const portico = Object.defineProperty({ onmessage: null, postMessage }, "__document", { value: name });
              Object.defineProperty(window, "portico", { value: portico });
            })();
            """
    }
}

/// A content controller keeps its handlers; this one does not keep what is behind it.
private final class WeakHandler: NSObject, WKScriptMessageHandler {
    private weak var behind: WKScriptMessageHandler?

    init(_ behind: WKScriptMessageHandler) {
        self.behind = behind
    }

    func userContentController(_ controller: WKUserContentController, didReceive message: WKScriptMessage) {
        behind?.userContentController(controller, didReceive: message)
    }
}
