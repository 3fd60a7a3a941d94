package dev.portico.flutter

import android.net.Uri
import android.webkit.WebView
import androidx.webkit.JavaScriptReplyProxy
import androidx.webkit.WebMessageCompat
import androidx.webkit.WebViewCompat
import androidx.webkit.WebViewFeature

/** The object that a page finds, by which it speaks with the app. */
internal const val PAGE_OBJECT = "portico"

/** The system's WebView is too old to tell who speaks. */
internal class UnsupportedWebView : Exception("this WebView has no web message listeners")

/** Called with what a document said: the WebView's number, the document's, and the text. */
internal typealias PageListener = (webView: Long, document: Int, text: String) -> Unit

/**
 * The pages in WebViews, heard by `addWebMessageListener`: only main frames, only at exact origins, each document by a
 * reply proxy of its own, which is dead once the document is gone.
 */
internal class Pages(private val heard: PageListener) {
    private class Documents {
        val proxies = HashMap<Int, JavaScriptReplyProxy>()
        var latest = 0
    }

    private val attached = HashMap<Long, Pair<WebView, Documents>>()

    /**
     * Puts the object into the main frame of [webView], which is known as [number], in documents of [origins].
     *
     * @throws UnsupportedWebView where that cannot be done.
     */
    fun attach(number: Long, webView: WebView, origins: Set<String>) {
        if (!WebViewFeature.isFeatureSupported(WebViewFeature.WEB_MESSAGE_LISTENER)) throw UnsupportedWebView()
        detach(number)
        val documents = Documents()
        WebViewCompat.addWebMessageListener(webView, PAGE_OBJECT, origins) { _, message, origin, isMainFrame, proxy ->
            if (isMainFrame && origin.toString() in origins) hear(number, documents, message, proxy)
        }
        attached[number] = webView to documents
    }

    /** Says [text] to [document] in WebView [number]; nothing happens once it is gone. */
    fun send(number: Long, document: Int, text: String) {
        attached[number]?.second?.proxies?.get(document)?.postMessage(text)
    }

    /** Hears WebView [number] no more. */
    fun detach(number: Long) {
        val (webView, documents) = attached.remove(number) ?: return
        documents.proxies.clear()
        WebViewCompat.removeWebMessageListener(webView, PAGE_OBJECT)
    }

    /** Hears no WebView any more. */
    fun close() = attached.keys.toList().forEach(::detach)

    private fun hear(number: Long, documents: Documents, message: WebMessageCompat, proxy: JavaScriptReplyProxy) {
        if (attached[number]?.second !== documents) return
        val text = message.data ?: return
        heard(number, numberOf(documents, proxy), text)
    }

    /** A main frame holds one document at a time, so that of the proxies before is gone. */
    private fun numberOf(documents: Documents, proxy: JavaScriptReplyProxy): Int {
        documents.proxies.entries.find { it.value === proxy }?.let { return it.key }
        documents.proxies.clear()
        documents.latest += 1
        documents.proxies[documents.latest] = proxy
        return documents.latest
    }
}
