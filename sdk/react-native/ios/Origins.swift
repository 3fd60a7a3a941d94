import Foundation
import WebKit

/// The exact origins of a mini-program: https, or http on this very machine.
struct Origins {
  private let exact: Set<String>

  /// `nil` unless there is one, and each is an exact origin.
  init?(_ origins: [String]) {
    guard !origins.isEmpty, origins.allSatisfy(Origins.isExact) else { return nil }
    exact = Set(origins)
  }

  func contains(_ origin: String) -> Bool {
    exact.contains(origin)
  }

  /// As a list in JavaScript: exact origins hold no character that would have to be escaped.
  var json: String {
    "[" + exact.sorted().map { "\"\($0)\"" }.joined(separator: ",") + "]"
  }

  /// The origin that WebKit names, as it is written in a manifest; the port is 0 where it is the scheme's own.
  @MainActor
  static func text(of origin: WKSecurityOrigin) -> String {
    text(scheme: origin.`protocol`, host: origin.host, port: origin.port)
  }

  /// The origin of an address that WebKit names, in the same way.
  static func text(of url: URL) -> String {
    let own = url.scheme == "https" ? 443 : 80
    return text(scheme: url.scheme ?? "", host: url.host ?? "", port: url.port == own ? 0 : url.port ?? 0)
  }

  /// Addresses of IPv6 come with brackets or without.
  private static func text(scheme: String, host: String, port: Int) -> String {
    let written = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    return "\(scheme)://\(written)" + (port == 0 ? "" : ":\(port)")
  }

  private static func isExact(_ origin: String) -> Bool {
    let https = "^https://[a-z0-9]+([.-]+[a-z0-9]+)*(:[1-9][0-9]{0,4})?$"
    let loopback = "^http://(localhost|([a-z0-9-]+\\.)+localhost|127(\\.[0-9]+){3}|\\[::1\\])(:[1-9][0-9]{0,4})?$"
    return [https, loopback].contains { origin.range(of: $0, options: .regularExpression) != nil }
  }
}
