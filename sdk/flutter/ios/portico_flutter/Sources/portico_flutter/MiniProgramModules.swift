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

    /// Those that are closed, and have not been taken off the screen.
    private var closed: [MiniProgramViewController] = []

    /// Mini-program `id` begins at the Dart function `entrypoint` (marked `@pragma('vm:entry-point')`) in `library`; by
    /// default in the app's main library.
    public func register(_ id: String, entrypoint: String, library: String? = nil) {
        registered[id] = Module(entrypoint: entrypoint, library: library)
    }

    func open(_ id: String) throws -> End {
        guard let module = registered[id] else { throw ModuleError.unknown }
        guard let front = Self.frontmost else { throw ModuleError.unavailable("there is no window to show it in") }
        let engine = group.makeEngine(withEntrypoint: module.entrypoint, libraryURI: module.library)
        registerPlugins?(engine)
        guard let plugin = engine.valuePublished(byPlugin: "PorticoFlutterPlugin") as? PorticoFlutterPlugin else {
            engine.destroyContext()
            throw ModuleError.unavailable("MiniProgramModules.shared.registerPlugins does not register portico_flutter")
        }
        plugin.end.becomeMiniProgram(id)
        let controller = MiniProgramViewController(id: id, engine: engine) { [weak self] in self?.gone(id, $0) }
        controller.modalPresentationStyle = .fullScreen
        shown[id] = controller
        let present: () -> Void = { [weak self] in
            // It may have been closed by then, and so may what was in front.
            guard let self, self.shown[id] === controller else { return }
            (Self.frontmost ?? front).present(controller, animated: true)
        }
        // What was opened before may still be on its way out; nothing can be presented until then.
        if let leaving = front.transitionCoordinator {
            leaving.animate(alongsideTransition: nil) { _ in present() }
        } else {
            present()
        }
        return plugin.end
    }

    func close(_ id: String) {
        guard let controller = shown.removeValue(forKey: id) else { return }
        closed.append(controller)
        takeAway()
        controller.end()
    }

    /// By then another one may be shown under the same id.
    private func gone(_ id: String, _ controller: MiniProgramViewController) {
        guard shown[id] === controller else { return }
        shown[id] = nil
        bridge.closed(id)
        controller.end()
        // What was closed below it can go now, once UIKit has done with this one.
        DispatchQueue.main.async { [weak self] in self?.takeAway() }
    }

    /// Takes off the screen what is closed. UIKit takes along whatever stands over it: where that is a module that is
    /// still open, it stays until that one goes, and shows nothing.
    private func takeAway() {
        let waiting = closed.filter { below in shown.values.contains { Self.stands($0, over: below) } }
        let leaving = closed.filter { !waiting.contains($0) }
        closed = waiting
        for controller in waiting { controller.view.isHidden = true }
        for controller in leaving where !leaving.contains(where: { Self.stands(controller, over: $0) }) {
            controller.presentingViewController?.dismiss(animated: true)
        }
    }

    private static func stands(_ controller: UIViewController, over other: UIViewController) -> Bool {
        var below = controller.presentingViewController
        while let each = below, each !== other { below = each.presentingViewController }
        return below != nil
    }

    private static var frontmost: UIViewController? {
        let scene = UIApplication.shared.connectedScenes.compactMap { $0 as? UIWindowScene }.first
        var controller = scene?.windows.first(where: \.isKeyWindow)?.rootViewController
        while let presented = controller?.presentedViewController, !presented.isBeingDismissed {
            controller = presented
        }
        return controller
    }
}

/// Shows a mini-program that runs in an engine of its own.
final class MiniProgramViewController: FlutterViewController {
    private let moduleEngine: FlutterEngine
    private let gone: (MiniProgramViewController) -> Void

    init(id: String, engine: FlutterEngine, gone: @escaping (MiniProgramViewController) -> Void) {
        moduleEngine = engine
        self.gone = gone
        super.init(engine: engine, nibName: nil, bundle: nil)
        restorationIdentifier = nil
    }

    @available(*, unavailable)
    required init(coder: NSCoder) {
        fatalError("a mini-program is opened by its host, never from a storyboard")
    }

    /// Ends the engine, which is let go of first: this may appear once more when what stands over it is dismissed.
    func end() {
        moduleEngine.viewController = nil
        moduleEngine.destroyContext()
    }

    override func viewDidDisappear(_ animated: Bool) {
        super.viewDidDisappear(animated)
        if isBeingDismissed { gone(self) }
    }
}
