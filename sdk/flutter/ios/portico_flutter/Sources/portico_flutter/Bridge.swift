/// The channel that hosts and mini-programs speak on; its events are on `…/events`.
let bridgeChannel = "super_app/mini_program_bridge"

/// What a host may say to a mini-program.
let hostMethods: Set<String> = [
    "launch", "token_renewed", "login_code", "error", "consent_changed", "theme_changed", "session_expired",
]

/// What a mini-program may say to its host.
let miniProgramMethods: Set<String> = ["ready", "renew", "login", "request_permission"]

private let idField = "miniProgramId"

/// A message's own fields.
typealias Fields = [String: Any]

/// One engine, as the other end of the bridge sees it.
protocol End: AnyObject {
    /// Calls the method `type` of the engine's Dart code.
    func call(_ type: String, _ fields: Fields)

    /// Says `event` on the engine's channel of events.
    func tell(_ event: Fields)
}

/// The engines of mini-programs, as the bridge needs them.
protocol Engines: AnyObject {
    /// Opens the engine of mini-program `id` and shows it, or throws a `ModuleError`.
    func open(_ id: String) throws -> End

    /// Takes the engine of mini-program `id` away.
    func close(_ id: String)
}

/// Why a mini-program that a host launched was not opened.
enum ModuleError: Error {
    /// The app has registered none by that id.
    case unknown

    /// It is registered, and cannot be shown for this reason.
    case unavailable(String)
}

/// Carries messages between the engines of hosts and of mini-programs. Who speaks is known by the engine, never by what
/// it says; the messages themselves are checked at both ends, in Dart. Everything happens on the main thread.
final class Bridge {
    private struct Open {
        let host: End
        let miniProgram: End
    }

    private let engines: Engines
    private var open: [String: Open] = [:]

    init(engines: Engines) {
        self.engines = engines
    }

    /// What a `host` says to the mini-program that `fields` name. A `launch` opens one that is not open; its token is
    /// not kept, for the mini-program will say `ready` and is launched then.
    func fromHost(_ host: End, _ type: String, _ fields: Fields) throws {
        guard let id = fields[idField] as? String else { return }
        let there = open[id]
        if type == "close" {
            if there?.host === host { close(id) }
            return
        }
        guard hostMethods.contains(type) else { return }
        guard let there else {
            guard type == "launch" else { return }
            let miniProgram = try engines.open(id)
            open[id] = Open(host: host, miniProgram: miniProgram)
            return
        }
        guard there.host === host else { return }
        if type == "launch" || fields["id"] != nil {
            there.miniProgram.call(type, fields)
        } else {
            var event = fields
            event[idField] = nil
            event["portico"] = 1
            event["type"] = type
            there.miniProgram.tell(event)
        }
    }

    /// What mini-program `id` says, in the engine `from`, to the host that opened it. Says whether there is one;
    /// an engine that was taken away has none, whatever runs in its place.
    func fromMiniProgram(_ from: End, _ id: String, _ type: String, _ fields: Fields) -> Bool {
        guard let there = open[id], there.miniProgram === from else { return false }
        if miniProgramMethods.contains(type) {
            there.host.call(type, fields.merging([idField: id]) { _, own in own })
        }
        return true
    }

    /// The person closed mini-program `id`.
    func closed(_ id: String) {
        open.removeValue(forKey: id)?.host.tell(["type": "closed", idField: id])
    }

    /// The engine of `host` is gone, and with it what it opened.
    func hostGone(_ host: End) {
        for id in open.filter({ $0.value.host === host }).keys { close(id) }
    }

    private func close(_ id: String) {
        open[id] = nil
        engines.close(id)
    }
}
