package dev.portico.flutter

import android.net.Uri
import android.webkit.WebView
import androidx.webkit.JavaScriptReplyProxy
import androidx.webkit.WebMessageCompat
import androidx.webkit.WebViewCompat
import androidx.webkit.WebViewFeature
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

private class Proxy : JavaScriptReplyProxy() {
    val told = mutableListOf<String>()

    override fun postMessage(message: String) {
        told += message
    }
}

private object NoStorages : SystemStorages, Owners {
    override val apart = true

    override fun give(webView: WebView, name: String) = Unit

    override fun clear(webView: WebView, origins: Set<String>) = Unit

    override fun lastPerson(id: String): String? = null

    override fun remember(id: String, person: String) = Unit
}

class PagesTest {
    private val dart = Dart()
    private val webView = WebView()
    private val channel = "$BRIDGE_CHANNEL/web_view"
    private lateinit var pages: PageChannel

    @BeforeTest
    fun begin() {
        WebViewCompat.listening.clear()
        WebViewFeature.supported += WebViewFeature.WEB_MESSAGE_LISTENER
        pages = PageChannel(dart.messenger, PageStorages(NoStorages, NoStorages)) { if (it == 4L) webView else null }
    }

    private fun attach(number: Int = 4, origins: List<String> = listOf("https://taxi.example")) =
        dart.say("attach", mapOf("webView" to number, "origins" to origins, "storage" to "s", "person" to "p"), channel)

    private fun post(proxy: Proxy, text: String, origin: String = "https://taxi.example", mainFrame: Boolean = true) =
        WebViewCompat.listening.getValue(webView).listener
            .onPostMessage(webView, WebMessageCompat(text), Uri.parse(origin), mainFrame, proxy)

    private fun heard() = dart.called.map { (_, fields) -> (fields as Map<*, *>)["document"] to fields["text"] }

    @Test
    fun `the object is called portico and is only where the origins are exactly those`() {
        assertEquals("success", attach())
        val listening = WebViewCompat.listening.getValue(webView)
        assertEquals("portico" to setOf("https://taxi.example"), listening.`object` to listening.rules)
    }

    @Test
    fun `a frame inside, another origin and a look-alike are not heard`() {
        attach()
        post(Proxy(), "frame", mainFrame = false)
        val lookAlikes = listOf("https://taxi.example.evil.example", "http://taxi.example")
        val others = lookAlikes + listOf("https://evil.example", "null", "*", "")
        for (origin in others) post(Proxy(), "origin", origin)
        assertTrue(dart.called.isEmpty())
    }

    @Test
    fun `each document has a number and an answer of its own`() {
        attach()
        val first = Proxy()
        val second = Proxy()
        post(first, "a")
        post(first, "b")
        post(second, "c")
        assertEquals(listOf<Pair<Any?, Any?>>(1 to "a", 1 to "b", 2 to "c"), heard())
        dart.say("send", mapOf("webView" to 4, "document" to 1, "text" to "late"), channel)
        dart.say("send", mapOf("webView" to 4, "document" to 2, "text" to "now"), channel)
        assertEquals(emptyList<String>() to listOf("now"), first.told to second.told)
    }

    @Test
    fun `a WebView that is detached is neither heard nor spoken to, even by a listener that is late`() {
        attach()
        val proxy = Proxy()
        post(proxy, "a")
        val listener = WebViewCompat.listening.getValue(webView).listener
        dart.say("detach", mapOf("webView" to 4), channel)
        assertFalse(webView in WebViewCompat.listening)
        listener.onPostMessage(webView, WebMessageCompat("b"), Uri.parse("https://taxi.example"), true, proxy)
        dart.say("send", mapOf("webView" to 4, "document" to 1, "text" to "late"), channel)
        assertEquals(1, dart.called.size)
        assertTrue(proxy.told.isEmpty())
    }

    @Test
    fun `an engine that is gone leaves no listener behind`() {
        attach()
        val listener = WebViewCompat.listening.getValue(webView).listener
        pages.close()
        assertFalse(webView in WebViewCompat.listening)
        listener.onPostMessage(webView, WebMessageCompat("late"), Uri.parse("https://taxi.example"), true, Proxy())
        assertTrue(dart.called.isEmpty())
    }

    @Test
    fun `a WebView that is unknown or too old is refused`() {
        assertEquals("unknown_web_view", attach(number = 5))
        assertEquals("unknown_web_view", attach(origins = emptyList()))
        WebViewFeature.supported.clear()
        assertEquals("unsupported_web_view", attach())
        assertEquals("invalid_message", dart.say("attach", emptyMap<String, Any?>(), channel))
        assertEquals("not_implemented", dart.say("load", mapOf("webView" to 4), channel))
    }
}
