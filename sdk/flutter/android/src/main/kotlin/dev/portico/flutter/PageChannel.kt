package dev.portico.flutter

import android.webkit.WebView
import io.flutter.plugin.common.BinaryMessenger
import io.flutter.plugin.common.MethodCall
import io.flutter.plugin.common.MethodChannel

/** The channel between the host's Dart code and [Pages]. [find] gives the WebView behind a number. */
internal class PageChannel(
    messenger: BinaryMessenger,
    private val storages: PageStorages,
    private val find: (Long) -> WebView?,
) : MethodChannel.MethodCallHandler {
    private val methods = MethodChannel(messenger, "$BRIDGE_CHANNEL/web_view")
    private val pages = Pages { webView, document, text ->
        methods.invokeMethod("message", mapOf("webView" to webView, "document" to document, "text" to text))
    }

    init {
        methods.setMethodCallHandler(this)
    }

    /** The engine is gone. */
    fun close() {
        methods.setMethodCallHandler(null)
        pages.close()
    }

    override fun onMethodCall(call: MethodCall, result: MethodChannel.Result) {
        val number = call.argument<Number>("webView")?.toLong()
        if (number == null) {
            result.error("invalid_message", "webView is missing", null)
            return
        }
        when (call.method) {
            "attach" -> attach(number, call, result)
            "send" -> {
                pages.send(number, call.argument<Int>("document") ?: 0, call.argument<String>("text").orEmpty())
                result.success(null)
            }
            "detach" -> {
                pages.detach(number)
                result.success(null)
            }
            else -> result.notImplemented()
        }
    }

    private fun attach(number: Long, call: MethodCall, result: MethodChannel.Result) {
        val origins = call.argument<List<String>>("origins").orEmpty().toSet()
        val webView = find(number)
        if (webView == null || origins.isEmpty()) {
            result.error("unknown_web_view", "there is no such WebView", null)
            return
        }
        val storage = call.argument<String>("storage").orEmpty()
        val person = call.argument<String>("person").orEmpty()
        storages.use(webView, storage, person, origins)
        try {
            pages.attach(number, webView, origins)
            result.success(null)
        } catch (unsupported: UnsupportedWebView) {
            result.error("unsupported_web_view", unsupported.message, null)
        }
    }
}
