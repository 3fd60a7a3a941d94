package dev.portico.flutter

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Bundle

/**
 * Stands between the app and the browser: opens the page in a tab, and is what the redirect URI's scheme leads to (the
 * app names it as the manifest placeholder `porticoRedirectScheme`).
 */
public class BrowserActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        visit?.returned(intent.dataString)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        visit?.returned(intent.dataString)
    }

    override fun onResume() {
        super.onResume()
        val current = visit
        if (current == null || !current.resumed()) {
            visit = null
            finish()
            return
        }
        // These two extras are what makes a Custom Tab of it, without a library (developer.chrome.com/docs/android).
        val tab = Bundle().apply { putBinder("android.support.customtabs.extra.SESSION", null) }
        try {
            startActivity(Intent(Intent.ACTION_VIEW, Uri.parse(current.page)).putExtras(tab))
        } catch (none: ActivityNotFoundException) {
            current.end(null)
            visit = null
            finish()
        }
    }

    internal companion object {
        private var visit: BrowserVisit? = null

        /** Begins [next]; a visit before it ends without an address. */
        fun begin(context: Context, next: BrowserVisit) {
            visit?.end(null)
            visit = next
            context.startActivity(Intent(context, BrowserActivity::class.java).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
        }

        /** The engine that waited for [gone] is no more: nothing of it is kept. */
        fun forget(gone: BrowserVisit) {
            gone.forget()
            if (visit === gone) visit = null
        }
    }
}
