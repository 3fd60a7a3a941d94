package dev.portico.flutter

/** The channel that hosts and mini-programs speak on; its events are on `…/events`. */
internal const val BRIDGE_CHANNEL = "super_app/mini_program_bridge"

/** What a host may say to a mini-program. */
internal val HOST_METHODS =
    setOf(
        "launch", "token_renewed", "login_code", "error", "consent_changed", "theme_changed", "session_expired",
    )

/** What a mini-program may say to its host. */
internal val MINI_PROGRAM_METHODS = setOf("ready", "renew", "login", "request_permission")

private const val ID = "miniProgramId"

/** One engine, as the other end of the bridge sees it. */
internal interface End {
    /** Calls the method [type] of the engine's Dart code. */
    fun call(type: String, fields: Map<String, Any?>)

    /** Says [event] on the engine's channel of events. */
    fun tell(event: Map<String, Any?>)
}

/** The engines of mini-programs, as the bridge needs them. */
internal interface Engines {
    /** Opens the engine of mini-program [id] and shows it; `null` when the app has registered none. */
    fun open(id: String): End?

    /** Takes the engine of mini-program [id] away. */
    fun close(id: String)
}

/** A host launched a mini-program that the app has not registered. */
internal class UnknownModule(id: String) : Exception("no module is registered for $id")

/**
 * Carries messages between the engines of hosts and of mini-programs. Who speaks is known by the engine, never by what
 * it says; the messages themselves are checked at both ends, in Dart. Everything happens on the platform's main thread.
 */
internal class Bridge(private val engines: Engines) {
    private class Open(val host: End, val miniProgram: End)

    private val open = HashMap<String, Open>()

    /**
     * What a [host] says to the mini-program that [fields] name. A `launch` opens one that is not open; its token is
     * not kept, for the mini-program will say `ready` and is launched then.
     *
     * @throws UnknownModule when it launches what the app has not registered.
     */
    fun fromHost(host: End, type: String, fields: Map<String, Any?>) {
        val id = fields[ID] as? String ?: return
        val there = open[id]
        when {
            type == "close" -> if (there?.host === host) close(id)
            type !in HOST_METHODS -> return
            there == null -> if (type == "launch") open[id] = Open(host, engines.open(id) ?: throw UnknownModule(id))
            there.host !== host -> return
            type == "launch" || "id" in fields -> there.miniProgram.call(type, fields)
            else -> there.miniProgram.tell(fields - ID + mapOf("portico" to 1, "type" to type))
        }
    }

    /**
     * What mini-program [id] says, in the engine [from], to the host that opened it.
     *
     * @return whether there is such a host; an engine that was taken away has none, whatever runs in its place.
     */
    fun fromMiniProgram(from: End, id: String, type: String, fields: Map<String, Any?>): Boolean {
        val there = open[id]?.takeIf { it.miniProgram === from } ?: return false
        if (type in MINI_PROGRAM_METHODS) there.host.call(type, fields + mapOf(ID to id))
        return true
    }

    /** The person closed mini-program [id]. */
    fun closed(id: String) {
        open.remove(id)?.host?.tell(mapOf("type" to "closed", ID to id))
    }

    /** The engine of [host] is gone, and with it what it opened. */
    fun hostGone(host: End) {
        open.filterValues { it.host === host }.keys.forEach(::close)
    }

    private fun close(id: String) {
        open.remove(id)
        engines.close(id)
    }
}
