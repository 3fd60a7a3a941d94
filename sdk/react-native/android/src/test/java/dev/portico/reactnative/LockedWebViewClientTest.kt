package dev.portico.reactnative

import android.net.Uri
import android.webkit.WebResourceRequest
import android.webkit.WebView
import android.webkit.WebViewClient
import java.lang.reflect.Modifier
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.mockito.Mockito.mock
import org.mockito.Mockito.never
import org.mockito.Mockito.verify
import org.mockito.Mockito.`when` as whenever

internal class LockedWebViewClientTest {
  private val refused = mutableListOf<String>()
  private val gone = mutableListOf<Int>()
  private val events =
    object : PageEvents {
      override fun message(document: Int, origin: String, text: String) = Unit

      override fun gone(document: Int) {
        gone += document
      }

      override fun refused(url: String) {
        refused += url
      }
    }
  private val origins = Origins.of(listOf("https://taxi.example"))
  private val inner = mock(WebViewClient::class.java)
  private val view = mock(WebView::class.java)
  private val page = Page(origins, events)
  private val client = LockedWebViewClient(inner, origins, page)

  private fun request(url: String, isMain: Boolean): WebResourceRequest {
    val uri = mock(Uri::class.java)
    whenever(uri.toString()).thenReturn(url)
    return mock(WebResourceRequest::class.java).also {
      whenever(it.url).thenReturn(uri)
      whenever(it.isForMainFrame).thenReturn(isMain)
    }
  }

  @Test
  fun `the main frame stays at its origins, and frames inside go where they like`() {
    assertFalse(client.shouldOverrideUrlLoading(view, request("https://taxi.example/x", true)))
    assertFalse(client.shouldOverrideUrlLoading(view, request("https://map.example/", false)))
    for (url in listOf("https://evil.example/", "tel:+30210", "intent://x", "about:blank", "javascript:1"))
      assertTrue(client.shouldOverrideUrlLoading(view, request(url, true)))
    assertEquals(listOf("https://evil.example/", "tel:+30210", "intent://x", "about:blank", "javascript:1"), refused)
  }

  @Test
  fun `a page that was left by a form is stopped, and nothing of it is told on`() {
    client.onPageStarted(view, "https://evil.example/", null)
    verify(view).stopLoading()
    verify(view).loadUrl("about:blank")
    verify(inner, never()).onPageStarted(view, "https://evil.example/", null)
    assertEquals(listOf("https://evil.example/"), refused)
    client.onPageStarted(view, "about:blank", null)
    verify(inner).onPageStarted(view, "about:blank", null)
    client.onPageStarted(view, "https://taxi.example/", null)
    verify(inner).onPageStarted(view, "https://taxi.example/", null)
  }

  @Test
  fun `a document is gone when another begins after it was loaded, and when the page is left`() {
    page.hear(FakeDocument(), "https://taxi.example", true, "a")
    client.onPageStarted(view, "https://taxi.example/", null)
    client.onPageFinished(view, "https://taxi.example/")
    assertEquals(emptyList<Int>(), gone)
    client.onPageStarted(view, "https://taxi.example/next", null)
    assertEquals(listOf(1), gone)
    page.hear(FakeDocument(), "https://taxi.example", true, "b")
    client.onPageStarted(view, "https://evil.example/", null)
    assertEquals(listOf(1, 2), gone)
  }

  @Test
  fun `everything else is left to the client that was there before`() {
    val own = LockedWebViewClient::class.java.declaredMethods.map { it.name to it.parameterTypes.toList() }
    // Of the platform's own methods one is not in the SDK; it calls `onUnhandledKeyEvent`.
    val open =
      WebViewClient::class.java.declaredMethods.filter {
        Modifier.isPublic(it.modifiers) && !it.isSynthetic && it.name != "onUnhandledInputEvent"
      }
    assertTrue(open.size > 20)
    assertEquals(emptyList<Any>(), open.map { it.name to it.parameterTypes.toList() } - own.toSet())
    client.onPageFinished(view, "https://taxi.example/")
    verify(inner).onPageFinished(view, "https://taxi.example/")
  }
}
