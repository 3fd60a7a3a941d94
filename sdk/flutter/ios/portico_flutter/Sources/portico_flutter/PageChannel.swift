import Flutter
import WebKit
import webview_flutter_wkwebview

/// The channel between the host's Dart code and `Pages`.
final class PageChannel {
    private let methods: FlutterMethodChannel
    private let registry: FlutterPluginRegistry?
    private var attached: [Int64: Pages] = [:]

    /// Which attachment of a WebView is the latest: what was detached while its storage was cleared stays so.
    private var turns: [Int64: Int] = [:]

    init(messenger: FlutterBinaryMessenger, registry: FlutterPluginRegistry?) {
        methods = FlutterMethodChannel(name: bridgeChannel + "/web_view", binaryMessenger: messenger)
        self.registry = registry
        methods.setMethodCallHandler { [weak self] call, result in self?.handle(call, result) }
    }

    /// The engine is gone.
    func close() {
        methods.setMethodCallHandler(nil)
        attached.values.forEach { $0.close() }
        attached = [:]
    }

    private func handle(_ call: FlutterMethodCall, _ result: @escaping FlutterResult) {
        let fields = call.arguments as? [String: Any] ?? [:]
        guard let number = (fields["webView"] as? NSNumber)?.int64Value else {
            result(FlutterError(code: "invalid_message", message: "webView is missing", details: nil))
            return
        }
        switch call.method {
        case "attach":
            attach(number, fields, result)
        case "send":
            let document = (fields["document"] as? NSNumber)?.intValue ?? 0
            attached[number]?.send(document, fields["text"] as? String ?? "")
            result(nil)
        case "detach":
            turns[number] = nil
            attached.removeValue(forKey: number)?.close()
            result(nil)
        default:
            result(FlutterMethodNotImplemented)
        }
    }

    private func attach(_ number: Int64, _ fields: [String: Any], _ result: @escaping FlutterResult) {
        let origins = Set(fields["origins"] as? [String] ?? [])
        guard let registry, !origins.isEmpty,
            let webView = FWFWebViewFlutterWKWebViewExternalAPI.webView(
                forIdentifier: number, withPluginRegistry: registry)
        else {
            result(FlutterError(code: "unknown_web_view", message: "there is no such WebView", details: nil))
            return
        }
        attached.removeValue(forKey: number)?.close()
        let turn = (turns[number] ?? 0) + 1
        turns[number] = turn
        let id = fields["storage"] as? String ?? ""
        PageStorages.use(id, person: fields["person"] as? String ?? "", origins: origins) { [weak self] in
            guard let self else { return }
            if turns[number] == turn { attached[number] = pages(number, webView, origins) }
            result(nil)
        }
    }

    private func pages(_ number: Int64, _ webView: WKWebView, _ origins: Set<String>) -> Pages {
        Pages(
            webView: webView, origins: origins,
            began: { [weak self] document in
                let news: [String: Any] = ["webView": number, "document": document]
                self?.methods.invokeMethod("began", arguments: news)
            },
            heard: { [weak self] document, text in
                let said: [String: Any] = ["webView": number, "document": document, "text": text]
                self?.methods.invokeMethod("message", arguments: said)
            })
    }
}
