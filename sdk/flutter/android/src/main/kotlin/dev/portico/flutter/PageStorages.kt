package dev.portico.flutter

import android.webkit.WebView

/** What remembers for whom each mini-program's storage is. */
internal interface Owners {
    /** Who used mini-program [id] last. */
    fun lastPerson(id: String): String?

    /** [person] uses mini-program [id] now. */
    fun remember(id: String, person: String)
}

/** The system's storages for pages. */
internal interface SystemStorages {
    /** Whether a WebView can be given a storage of its own. */
    val apart: Boolean

    /** Gives [webView], in which nothing has been loaded, the storage [name]. */
    fun give(webView: WebView, name: String)

    /** Clears storage [name], or, where storages are not apart, what is kept for [origins]. */
    fun clear(name: String, origins: Set<String>)
}

/** Cookies and storage for each mini-program apart, cleared when another person is launched. */
internal class PageStorages(private val owners: Owners, private val system: SystemStorages) {
    /** Gives [webView] the storage of mini-program [id], as [person] may find it. */
    fun use(webView: WebView, id: String, person: String, origins: Set<String>) {
        val before = owners.lastPerson(id)
        if (before != null && before != person) system.clear(id, origins)
        owners.remember(id, person)
        if (system.apart) system.give(webView, id)
    }
}
