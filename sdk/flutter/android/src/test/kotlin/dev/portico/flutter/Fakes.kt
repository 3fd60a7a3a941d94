package dev.portico.flutter

import io.flutter.plugin.common.BinaryMessenger
import io.flutter.plugin.common.EventChannel
import io.flutter.plugin.common.MethodCall
import io.flutter.plugin.common.MethodChannel

/** An answer to a method call: `success`, an error's code, or `not_implemented`. */
internal class Answer : MethodChannel.Result {
    var given: String? = null

    override fun success(result: Any?) {
        given = "success"
    }

    override fun error(errorCode: String, errorMessage: String?, errorDetails: Any?) {
        given = errorCode
    }

    override fun notImplemented() {
        given = "not_implemented"
    }
}

/** An engine's Dart code, as a test plays it. */
internal class Dart {
    val messenger = BinaryMessenger()
    val called = mutableListOf<Pair<String, Any?>>()
    val told = mutableListOf<Any?>()

    init {
        messenger.dart = BinaryMessenger.Dart { _, method, arguments -> called += method to arguments }
    }

    /** Calls the platform, and gives what it answered. */
    fun say(method: String, arguments: Any?, channel: String = BRIDGE_CHANNEL): String? {
        val answer = Answer()
        messenger.methods.getValue(channel).onMethodCall(MethodCall(method, arguments), answer)
        return answer.given
    }

    /** Listens to the platform's events. */
    fun listen() {
        val sink =
            object : EventChannel.EventSink {
                override fun success(event: Any?) {
                    told += event
                }

                override fun error(errorCode: String, errorMessage: String?, errorDetails: Any?) = Unit

                override fun endOfStream() = Unit
            }
        messenger.events.getValue("$BRIDGE_CHANNEL/events").onListen(null, sink)
    }
}
