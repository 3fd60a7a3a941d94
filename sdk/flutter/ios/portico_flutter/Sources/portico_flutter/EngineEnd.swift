import Flutter

/// The channels of one engine. Until `becomeMiniProgram`, it is the engine of a host.
final class EngineEnd: NSObject, End, FlutterStreamHandler {
    private let methods: FlutterMethodChannel
    private let events: FlutterEventChannel
    private let bridge: Bridge
    private var sink: FlutterEventSink?
    private var miniProgramId: String?

    init(messenger: FlutterBinaryMessenger, bridge: Bridge) {
        methods = FlutterMethodChannel(name: bridgeChannel, binaryMessenger: messenger)
        events = FlutterEventChannel(name: bridgeChannel + "/events", binaryMessenger: messenger)
        self.bridge = bridge
        super.init()
        methods.setMethodCallHandler { [weak self] call, result in self?.handle(call, result) }
        events.setStreamHandler(self)
    }

    /// From now on this is the engine of mini-program `id`. Called before its Dart code can have said anything.
    func becomeMiniProgram(_ id: String) {
        miniProgramId = id
    }

    /// The engine is gone.
    func close() {
        methods.setMethodCallHandler(nil)
        events.setStreamHandler(nil)
        if miniProgramId == nil { bridge.hostGone(self) }
    }

    func call(_ type: String, _ fields: Fields) {
        methods.invokeMethod(type, arguments: fields)
    }

    func tell(_ event: Fields) {
        sink?(event)
    }

    func onListen(withArguments arguments: Any?, eventSink: @escaping FlutterEventSink) -> FlutterError? {
        sink = eventSink
        return nil
    }

    func onCancel(withArguments arguments: Any?) -> FlutterError? {
        sink = nil
        return nil
    }

    private func handle(_ call: FlutterMethodCall, _ result: FlutterResult) {
        guard let fields = call.arguments as? Fields else {
            result(FlutterError(code: "invalid_message", message: "a message is a map", details: nil))
            return
        }
        guard let id = miniProgramId else {
            do {
                try bridge.fromHost(self, call.method, fields)
                result(nil)
            } catch ModuleError.unavailable(let why) {
                result(FlutterError(code: "module_unavailable", message: why, details: nil))
            } catch {
                result(FlutterError(code: "unknown_module", message: "no module is registered", details: nil))
            }
            return
        }
        if bridge.fromMiniProgram(self, id, call.method, fields) {
            result(nil)
        } else {
            result(FlutterError(code: "no_host", message: "no host has this mini-program open", details: nil))
        }
    }
}
