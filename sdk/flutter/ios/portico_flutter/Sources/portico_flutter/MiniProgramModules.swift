import Flutter
import UIKit

/// Which entry points of this app are mini-programs. Register them before the host launches one, for instance in
/// `application(_:didFinishLaunchingWithOptions:)`.
public final class MiniProgramModules: NSObject, Engines {
    private struct Module {
        let entrypoint: String
        let library: String?
    }

    /// The modules of this app.
    public static let shared = MiniProgramModules()

    /// Registers the app's plugins in an engine: `{ GeneratedPluginRegistrant.register(with: $0) }`.
    public var registerPlugins: ((FlutterPluginRegistry) -> Void)?

    private(set) lazy var bridge = Bridge(engines: self)
    private var registered: [String: Module] = [:]
    private lazy var group = FlutterEngineGroup(name: "portico", project: nil)
    private var shown: [String: MiniProgramViewController] = [:]

    /// Mini-program `id` begins at the Dart function `entrypoint` (marked `@pragma('vm:entry-point')`) in `library`; by
    /// default in the app's main library.
    public func register(_ id: String, entrypoint: String, library: String? = nil) {
        registered[id] = Module(entrypoint: entrypoint, library: library)
    }

    func open(_ id: String) -> End? {
        guard let module = registered[id], let front = Self.frontmost else { return nil }
        let engine = group.makeEngine(withEntrypoint: module.entrypoint, libraryURI: module.library)
        registerPlugins?(engine)
        guard let plugin = engine.valuePublished(byPlugin: "PorticoFlutterPlugin") as? PorticoFlutterPlugin else {
            return nil
        }
        plugin.end.becomeMiniProgram(id)
        let controller = MiniProgramViewController(id: id, engine: engine) { [weak self] in self?.gone(id) }
        controller.modalPresentationStyle = .fullScreen
        shown[id] = controller
        front.present(controller, animated: true)
        return plugin.end
    }

    func close(_ id: String) {
        guard let controller = shown.removeValue(forKey: id) else { return }
        controller.dismiss(animated: true)
        controller.engine.destroyContext()
    }

    private func gone(_ id: String) {
        guard shown[id] != nil else { return }
        bridge.closed(id)
        close(id)
    }

    private static var frontmost: UIViewController? {
        let scene = UIApplication.shared.connectedScenes.compactMap { $0 as? UIWindowScene }.first
        var controller = scene?.windows.first(where: \.isKeyWindow)?.rootViewController
        while let presented = controller?.presentedViewController { controller = presented }
        return controller
    }
}

/// Shows a mini-program that runs in an engine of its own.
final class MiniProgramViewController: FlutterViewController {
    private let gone: () -> Void

    init(id: String, engine: FlutterEngine, gone: @escaping () -> Void) {
        self.gone = gone
        super.init(engine: engine, nibName: nil, bundle: nil)
        restorationIdentifier = nil
    }

    @available(*, unavailable)
    required init(coder: NSCoder) {
        fatalError("a mini-program is opened by its host, never from a storyboard")
    }

    override func viewDidDisappear(_ animated: Bool) {
        super.viewDidDisappear(animated)
        if isBeingDismissed { gone() }
    }
}
