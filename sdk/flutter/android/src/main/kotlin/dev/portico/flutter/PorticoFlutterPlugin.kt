package dev.portico.flutter

import android.content.Context
import io.flutter.embedding.engine.FlutterEngine
import io.flutter.embedding.engine.plugins.FlutterPlugin
import io.flutter.plugin.common.MethodCall
import io.flutter.plugin.common.MethodChannel
import io.flutter.plugins.webviewflutter.WebViewFlutterAndroidExternalApi

/** Portico's side of one Flutter engine: a host's, or a mini-program's. Flutter registers it by itself. */
public class PorticoFlutterPlugin : FlutterPlugin {
    private var end: EngineEnd? = null
    private var pages: PageChannel? = null
    private var browser: MethodChannel? = null
    private var visit: BrowserVisit? = null

    override fun onAttachedToEngine(binding: FlutterPlugin.FlutterPluginBinding) {
        val context = binding.applicationContext
        MiniProgramModules.attach(context)
        end = EngineEnd(binding.binaryMessenger, MiniProgramModules.bridge)
        val storages = PageStorages(PreferredOwners(context), AndroidStorages)
        @Suppress("DEPRECATION") // The only engine that webview_flutter_android can be asked with.
        val engine = binding.flutterEngine
        pages =
            PageChannel(binding.binaryMessenger, storages) { number ->
                WebViewFlutterAndroidExternalApi.getWebView(engine, number)
            }
        browser = MethodChannel(binding.binaryMessenger, "$BRIDGE_CHANNEL/browser").apply {
            setMethodCallHandler { call, result -> open(context, call, result) }
        }
    }

    override fun onDetachedFromEngine(binding: FlutterPlugin.FlutterPluginBinding) {
        end?.close()
        pages?.close()
        browser?.setMethodCallHandler(null)
        visit?.let(BrowserActivity::forget)
    }

    /** This engine's end of the bridge, which is that of mini-program [id] from now on. */
    internal fun end(id: String): End? = end?.apply { becomeMiniProgram(id) }

    private fun open(context: Context, call: MethodCall, result: MethodChannel.Result) {
        val page = call.argument<String>("page")
        val returnTo = call.argument<String>("returnTo")
        if (call.method != "open" || page == null || returnTo == null) {
            result.notImplemented()
            return
        }
        BrowserActivity.begin(context, BrowserVisit(page, returnTo, result::success).also { visit = it })
    }

    internal companion object {
        /** The plugin of [engine], registered now where the app does not have it done by Flutter. */
        fun of(engine: FlutterEngine): PorticoFlutterPlugin {
            val plugins = engine.plugins
            if (!plugins.has(PorticoFlutterPlugin::class.java)) plugins.add(PorticoFlutterPlugin())
            return plugins.get(PorticoFlutterPlugin::class.java) as PorticoFlutterPlugin
        }
    }
}
