package dev.portico.flutter

import io.flutter.plugin.common.BinaryMessenger
import io.flutter.plugin.common.EventChannel
import io.flutter.plugin.common.MethodCall
import io.flutter.plugin.common.MethodChannel

/** The channels of one engine. Until [becomeMiniProgram], it is the engine of a host. */
internal class EngineEnd(messenger: BinaryMessenger, private val bridge: Bridge) :
    End,
    MethodChannel.MethodCallHandler,
    EventChannel.StreamHandler {
    private val methods = MethodChannel(messenger, BRIDGE_CHANNEL)
    private val events = EventChannel(messenger, "$BRIDGE_CHANNEL/events")
    private var sink: EventChannel.EventSink? = null
    private var miniProgramId: String? = null

    init {
        methods.setMethodCallHandler(this)
        events.setStreamHandler(this)
    }

    /** From now on this is the engine of mini-program [id]. Called before its Dart code can have said anything. */
    fun becomeMiniProgram(id: String) {
        miniProgramId = id
    }

    /** The engine is gone. */
    fun close() {
        methods.setMethodCallHandler(null)
        events.setStreamHandler(null)
        if (miniProgramId == null) bridge.hostGone(this)
    }

    override fun call(type: String, fields: Map<String, Any?>) = methods.invokeMethod(type, fields)

    override fun tell(event: Map<String, Any?>) {
        sink?.success(event)
    }

    override fun onMethodCall(call: MethodCall, result: MethodChannel.Result) {
        val fields = fieldsOf(call.arguments)
        val id = miniProgramId
        when {
            fields == null -> result.error("invalid_message", "a message is a map", null)
            id == null -> fromHost(call.method, fields, result)
            bridge.fromMiniProgram(this, id, call.method, fields) -> result.success(null)
            else -> result.error("no_host", "no host has this mini-program open", null)
        }
    }

    override fun onListen(arguments: Any?, events: EventChannel.EventSink) {
        sink = events
    }

    override fun onCancel(arguments: Any?) {
        sink = null
    }

    private fun fromHost(type: String, fields: Map<String, Any?>, result: MethodChannel.Result) {
        try {
            bridge.fromHost(this, type, fields)
            result.success(null)
        } catch (unknown: UnknownModule) {
            result.error("unknown_module", unknown.message, null)
        }
    }

    private fun fieldsOf(arguments: Any?): Map<String, Any?>? {
        val map = arguments as? Map<*, *> ?: return null
        return map.entries.mapNotNull { (key, value) -> (key as? String)?.let { it to value } }.toMap()
    }
}
