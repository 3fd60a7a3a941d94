// swift-tools-version: 5.9
import PackageDescription

let package = Package(
    name: "portico_flutter",
    platforms: [.iOS("14.0")],
    products: [.library(name: "portico-flutter", targets: ["portico_flutter"])],
    dependencies: [.package(name: "webview_flutter_wkwebview", path: "../webview_flutter_wkwebview")],
    targets: [
        .target(
            name: "portico_flutter",
            dependencies: [.product(name: "webview-flutter-wkwebview", package: "webview_flutter_wkwebview")],
            resources: [.process("PrivacyInfo.xcprivacy")]
        )
    ]
)
