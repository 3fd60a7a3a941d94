import Flutter

/// Portico's side of one Flutter engine: a host's, or a mini-program's.
public final class PorticoFlutterPlugin: NSObject, FlutterPlugin {
    let end: EngineEnd
    private let pages: PageChannel
    private let browser: BrowserVisit

    /// Registers with an engine; Flutter's generated registrant calls it.
    public static func register(with registrar: FlutterPluginRegistrar) {
        let plugin = PorticoFlutterPlugin(messenger: registrar.messenger())
        registrar.publish(plugin)
    }

    private init(messenger: FlutterBinaryMessenger) {
        end = EngineEnd(messenger: messenger, bridge: MiniProgramModules.shared.bridge)
        pages = PageChannel(messenger: messenger, registry: UIApplication.shared.delegate as? FlutterPluginRegistry)
        browser = BrowserVisit(messenger: messenger)
        super.init()
    }

    /// The engine is gone.
    public func detachFromEngine(for registrar: FlutterPluginRegistrar) {
        end.close()
        pages.close()
        browser.close()
    }
}
