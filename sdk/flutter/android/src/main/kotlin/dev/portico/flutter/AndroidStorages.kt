package dev.portico.flutter

import android.content.Context
import android.webkit.CookieManager
import android.webkit.WebStorage
import android.webkit.WebView
import androidx.webkit.WebViewCompat
import androidx.webkit.WebViewFeature

/**
 * Profiles where the WebView has them; otherwise storage by origin, of which the system clears databases and files, but
 * neither `localStorage` nor service workers and their caches.
 */
internal object AndroidStorages : SystemStorages {
    override val apart: Boolean get() = WebViewFeature.isFeatureSupported(WebViewFeature.MULTI_PROFILE)

    override fun give(webView: WebView, name: String) = WebViewCompat.setProfile(webView, name)

    override fun clear(webView: WebView, origins: Set<String>) {
        val cookies = CookieManager.getInstance()
        for (origin in origins) {
            WebStorage.getInstance().deleteOrigin(origin)
            expiring(origin, cookies.getCookie(origin).orEmpty()).forEach { cookies.setCookie(origin, it) }
        }
        cookies.flush()
        webView.clearCache(true)
    }
}

/** The last person of each mini-program, by the id that it knows them by, in the app's own preferences. */
internal class PreferredOwners(context: Context) : Owners {
    private val kept = context.getSharedPreferences("dev.portico.flutter.owners", Context.MODE_PRIVATE)

    override fun lastPerson(id: String): String? = kept.getString(id, null)

    override fun remember(id: String, person: String) = kept.edit().putString(id, person).apply()
}
