package dev.portico.flutter

import android.content.Context
import android.content.Intent
import io.flutter.FlutterInjector
import io.flutter.embedding.engine.FlutterEngine
import io.flutter.embedding.engine.FlutterEngineCache
import io.flutter.embedding.engine.FlutterEngineGroup
import io.flutter.embedding.engine.dart.DartExecutor.DartEntrypoint

/**
 * Which entry points of this app are mini-programs. Register them before the host launches one, for instance in
 * `Application.onCreate`.
 */
public object MiniProgramModules {
    private class Module(val entrypoint: String, val library: String?)

    private val registered = HashMap<String, Module>()
    private var group: FlutterEngineGroup? = null
    private var context: Context? = null

    internal val bridge = Bridge(CachedEngines)

    /**
     * Mini-program [id] begins at the Dart function [entrypoint] (marked `@pragma('vm:entry-point')`) in [library]; by
     * default in the app's main library.
     */
    @JvmStatic
    @JvmOverloads
    public fun register(id: String, entrypoint: String, library: String? = null) {
        registered[id] = Module(entrypoint, library)
    }

    /** Where activities can be started from. */
    internal fun attach(application: Context) {
        context = application
    }

    /** The key of mini-program [id] in the cache of engines. */
    internal fun key(id: String) = "portico:$id"

    private object CachedEngines : Engines {
        override fun open(id: String): End? {
            val module = registered[id] ?: return null
            val from = context ?: return null
            val engine = run(module, from)
            FlutterEngineCache.getInstance().put(key(id), engine)
            from.startActivity(
                Intent(from, MiniProgramActivity::class.java)
                    .putExtra(MiniProgramActivity.ID, id)
                    .addFlags(Intent.FLAG_ACTIVITY_NEW_TASK),
            )
            return PorticoFlutterPlugin.of(engine).end(id)
        }

        override fun close(id: String) {
            val cache = FlutterEngineCache.getInstance()
            val engine = cache.get(key(id)) ?: return
            cache.remove(key(id))
            MiniProgramActivity.finish(id)
            engine.destroy()
        }

        private fun run(module: Module, from: Context): FlutterEngine {
            val bundle = FlutterInjector.instance().flutterLoader().findAppBundlePath()
            val entrypoint =
                module.library?.let { DartEntrypoint(bundle, it, module.entrypoint) }
                    ?: DartEntrypoint(bundle, module.entrypoint)
            val engines = group ?: FlutterEngineGroup(from).also { group = it }
            return engines.createAndRunEngine(from, entrypoint)
        }
    }

    /** The person closed mini-program [id], which ran in [engine]; nothing happens once that was taken away. */
    internal fun closed(id: String, engine: FlutterEngine?) {
        if (engine == null || FlutterEngineCache.getInstance().get(key(id)) !== engine) return
        bridge.closed(id)
        CachedEngines.close(id)
    }
}
