package dev.portico.flutter

import android.webkit.WebView

/** What remembers for whom the storage of a mini-program is, where storages are not apart. */
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

    /** Where storages are not apart: clears what can be cleared of [origins], and what [webView] has fetched before. */
    fun clear(webView: WebView, origins: Set<String>)
}

/** Cookies and storage apart for each mini-program and person; otherwise cleared for the next one, as far as can be. */
internal class PageStorages(private val owners: Owners, private val system: SystemStorages) {
    /** Gives [webView] the storage of mini-program [id] for [person]. */
    fun use(webView: WebView, id: String, person: String, origins: Set<String>) {
        if (system.apart) return system.give(webView, "$id $person")
        val before = owners.lastPerson(id)
        if (before != null && before != person) system.clear(webView, origins)
        owners.remember(id, person)
    }
}

/**
 * The cookies that take away those of [cookies], which are `name=value; name=value` as a page of [origin] has them,
 * from wherever such a page may have set them at the path `/`. Names with `__Host-` or `__Secure-` need `Secure`.
 */
internal fun expiring(origin: String, cookies: String): List<String> {
    val labels = origin.substringAfter("://").substringBefore(':').split('.')
    val domains = listOf("") + (0..labels.size - 2).map { "; Domain=" + labels.drop(it).joinToString(".") }
    val secure = if (origin.startsWith("https:")) "; Secure" else ""
    val names = cookies.split(';').map { it.substringBefore('=').trim() }.filter(String::isNotEmpty)
    return names.flatMap { name -> domains.map { "$name=; Max-Age=0; Path=/$secure$it" } }
}
