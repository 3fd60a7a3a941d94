package dev.portico.flutter

import android.content.Context
import android.webkit.CookieManager
import android.webkit.WebStorage
import android.webkit.WebView
import androidx.webkit.ProfileStore
import androidx.webkit.WebViewCompat
import androidx.webkit.WebViewFeature

/** Profiles where the WebView has them (androidx.webkit 1.9 and WebView 110), otherwise storage by origin. */
internal object AndroidStorages : SystemStorages {
    override val apart: Boolean get() = WebViewFeature.isFeatureSupported(WebViewFeature.MULTI_PROFILE)

    override fun give(webView: WebView, name: String) = WebViewCompat.setProfile(webView, name)

    override fun clear(name: String, origins: Set<String>) {
        if (!apart) {
            origins.forEach(::clearOrigin)
            return
        }
        val profile = ProfileStore.getInstance().getProfile(name) ?: return
        profile.webStorage.deleteAllData()
        profile.cookieManager.removeAllCookies(null)
        profile.cookieManager.flush()
    }

    private fun clearOrigin(origin: String) {
        WebStorage.getInstance().deleteOrigin(origin)
        val cookies = CookieManager.getInstance()
        expire(cookies, origin)
        cookies.flush()
    }

    /** Where profiles are not apart, only the names are known of an origin's cookies. */
    private fun expire(cookies: CookieManager, origin: String) {
        for (pair in cookies.getCookie(origin).orEmpty().split(";")) {
            val name = pair.substringBefore("=").trim()
            if (name.isNotEmpty()) cookies.setCookie(origin, "$name=; Max-Age=0; Path=/")
        }
    }
}

/** The last person of each mini-program, by the id that it knows them by, in the app's own preferences. */
internal class PreferredOwners(context: Context) : Owners {
    private val kept = context.getSharedPreferences("dev.portico.flutter.owners", Context.MODE_PRIVATE)

    override fun lastPerson(id: String): String? = kept.getString(id, null)

    override fun remember(id: String, person: String) = kept.edit().putString(id, person).apply()
}
