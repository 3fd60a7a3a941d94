import CryptoKit
import Foundation

/// Chance and SHA-256 from the platform, in base64url without padding.
@objc(PorticoChance)
public final class Chance: NSObject {
  /// That many unpredictable bytes, 1 to 1024.
  @objc public static func randomBytes(_ count: Int) -> String {
    precondition((1...1024).contains(count), "1 to 1024 bytes")
    var generator = SystemRandomNumberGenerator()
    return base64Url(Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }))
  }

  /// SHA-256 of the text's UTF-8.
  @objc public static func sha256(_ text: String) -> String {
    base64Url(Data(SHA256.hash(data: Data(text.utf8))))
  }

  private static func base64Url(_ data: Data) -> String {
    data.base64EncodedString()
      .replacingOccurrences(of: "+", with: "-")
      .replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
  }
}
