package dev.portico.flutter

import android.content.Context
import android.os.Bundle
import io.flutter.embedding.android.FlutterActivity
import io.flutter.embedding.engine.FlutterEngine
import io.flutter.embedding.engine.FlutterEngineCache
import java.lang.ref.WeakReference

/** Shows a mini-program that runs in an engine of its own. */
public class MiniProgramActivity : FlutterActivity() {
    private val id: String get() = intent.getStringExtra(ID).orEmpty()

    // That of the launch that brought this up; by the end of this activity another one may run under the same id.
    private val engine: FlutterEngine? by lazy { FlutterEngineCache.getInstance().get(MiniProgramModules.key(id)) }

    override fun onCreate(savedInstanceState: Bundle?) {
        val lost = engine == null
        shown[id] = WeakReference(this)
        super.onCreate(savedInstanceState)
        // The system brings activities back after the process has ended; engines, and launches, it does not.
        if (lost) finish()
    }

    override fun provideFlutterEngine(context: Context): FlutterEngine? = engine

    override fun shouldDestroyEngineWithHost(): Boolean = engine == null

    override fun onDestroy() {
        val closed = isFinishing
        if (shown[id]?.get() === this) shown.remove(id)
        super.onDestroy()
        if (closed) MiniProgramModules.closed(id, engine)
    }

    internal companion object {
        const val ID = "dev.portico.flutter.mini_program_id"
        private val shown = HashMap<String, WeakReference<MiniProgramActivity>>()

        /** Takes mini-program [id] off the screen. */
        fun finish(id: String) {
            shown.remove(id)?.get()?.finish()
        }
    }
}
