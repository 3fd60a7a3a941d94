import AuthenticationServices
import Flutter
import UIKit

/// Visits to pages in the system's browser (RFC 8252), one at a time.
final class BrowserVisit: NSObject, ASWebAuthenticationPresentationContextProviding {
    private let methods: FlutterMethodChannel
    private var session: ASWebAuthenticationSession?

    init(messenger: FlutterBinaryMessenger) {
        methods = FlutterMethodChannel(name: bridgeChannel + "/browser", binaryMessenger: messenger)
        super.init()
        methods.setMethodCallHandler { [weak self] call, result in self?.handle(call, result) }
    }

    /// The engine is gone.
    func close() {
        methods.setMethodCallHandler(nil)
        session?.cancel()
    }

    func presentationAnchor(for session: ASWebAuthenticationSession) -> ASPresentationAnchor {
        let scene = UIApplication.shared.connectedScenes.compactMap { $0 as? UIWindowScene }.first
        return scene?.windows.first(where: \.isKeyWindow) ?? ASPresentationAnchor()
    }

    private func handle(_ call: FlutterMethodCall, _ result: @escaping FlutterResult) {
        guard call.method == "open", let fields = call.arguments as? [String: String],
            let page = fields["page"].flatMap(URL.init(string:)),
            let returnTo = fields["returnTo"].flatMap(URL.init(string:))
        else {
            result(FlutterMethodNotImplemented)
            return
        }
        if #unavailable(iOS 17.4), returnTo.scheme == "https" {
            let message = "an https redirect URI needs iOS 17.4"
            result(FlutterError(code: "unsupported_redirect_uri", message: message, details: nil))
            return
        }
        session?.cancel()
        let next = Self.session(page, returnTo) { back, _ in result(back?.absoluteString) }
        next.presentationContextProvider = self
        session = next
        if !next.start() { result(nil) }
    }

    private static func session(
        _ page: URL, _ returnTo: URL, _ done: @escaping ASWebAuthenticationSession.CompletionHandler
    ) -> ASWebAuthenticationSession {
        if #available(iOS 17.4, *), returnTo.scheme == "https", let host = returnTo.host {
            return ASWebAuthenticationSession(
                url: page, callback: .https(host: host, path: returnTo.path), completionHandler: done)
        }
        return ASWebAuthenticationSession(url: page, callbackURLScheme: returnTo.scheme, completionHandler: done)
    }
}
