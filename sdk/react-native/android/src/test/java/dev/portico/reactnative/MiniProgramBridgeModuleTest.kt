package dev.portico.reactnative

import android.net.Uri
import android.view.View
import android.view.ViewGroup
import android.webkit.WebView
import android.webkit.WebViewClient
import androidx.webkit.WebMessageCompat
import androidx.webkit.WebViewCompat
import androidx.webkit.WebViewFeature
import com.facebook.react.bridge.JavaOnlyArray
import com.facebook.react.bridge.JavaOnlyMap
import com.facebook.react.bridge.Promise
import com.facebook.react.bridge.ReactApplicationContext
import com.facebook.react.bridge.WritableMap
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.mockito.ArgumentCaptor
import org.mockito.Mockito.any
import org.mockito.Mockito.mock
import org.mockito.Mockito.never
import org.mockito.Mockito.verify
import org.mockito.Mockito.`when` as whenever

internal class MiniProgramBridgeModuleTest {
  private val webView = mock(WebView::class.java)
  private val told = mutableListOf<Pair<MiniProgramBridgeModule.Event, Map<String, Any?>>>()
  private val surroundings =
    object : Surroundings {
      override fun onMainThread(run: () -> Unit) = run()

      override fun view(tag: Int): View? = if (tag == TAG) wrapper() else null

      override fun map(): WritableMap = JavaOnlyMap()
    }
  private val module =
    object : MiniProgramBridgeModule(mock(ReactApplicationContext::class.java), surroundings) {
      override fun emit(event: Event, value: WritableMap) {
        told += event to value.toHashMap()
      }
    }

  /** As react-native-webview has it: the WebView is the child of the view with the tag, which lies in ours. */
  private fun wrapper(): ViewGroup {
    val inner = mock(ViewGroup::class.java)
    whenever(inner.childCount).thenReturn(2)
    whenever(inner.getChildAt(0)).thenReturn(mock(View::class.java))
    whenever(inner.getChildAt(1)).thenReturn(webView)
    return mock(ViewGroup::class.java).also {
      whenever(it.childCount).thenReturn(1)
      whenever(it.getChildAt(0)).thenReturn(inner)
    }
  }

  @BeforeEach
  fun everySupported() {
    WebViewFeature.supported =
      setOf(WebViewFeature.WEB_MESSAGE_LISTENER, WebViewFeature.GET_WEB_VIEW_CLIENT, WebViewFeature.MULTI_PROFILE)
    WebViewCompat.calls.clear()
    WebViewCompat.isUsed = false
    WebViewCompat.refusal = null
    WebViewCompat.client = mock(WebViewClient::class.java)
  }

  private fun without(feature: String) {
    WebViewFeature.supported = WebViewFeature.supported.minus(feature)
  }

  private fun attach(tag: Int = TAG, origins: JavaOnlyArray = JavaOnlyArray.of("https://taxi.example")): Promise =
    mock(Promise::class.java).also { module.attach(tag.toDouble(), "taxi#1", origins, "portico-x", it) }

  private fun isStorageApart(promise: Promise): Boolean {
    val answer = ArgumentCaptor.forClass(Any::class.java)
    verify(promise).resolve(answer.capture())
    return (answer.value as JavaOnlyMap).getBoolean("storageApart")
  }

  private fun say(document: FakeDocument, origin: String = "https://taxi.example", isMainFrame: Boolean = true) {
    val uri = mock(Uri::class.java)
    whenever(uri.toString()).thenReturn(origin)
    WebViewCompat.listener.onPostMessage(webView, WebMessageCompat("hello"), uri, isMainFrame, document)
  }

  @Test
  fun `the WebView gets its storage, then the object at exact origins, then its lock`() {
    assertTrue(isStorageApart(attach()))
    assertEquals(listOf("profile portico-x", "add portico [https://taxi.example]"), WebViewCompat.calls)
    verify(webView).webViewClient = any(LockedWebViewClient::class.java)
  }

  @Test
  fun `a WebView that cannot have a storage of its own says so`() {
    WebViewCompat.isUsed = true
    assertEquals(false, isStorageApart(attach()))
    without(WebViewFeature.MULTI_PROFILE)
    WebViewCompat.isUsed = false
    assertEquals(false, isStorageApart(attach()))
  }

  @Test
  fun `an old WebView is refused, and nothing is done to it`() {
    for (needed in listOf(WebViewFeature.WEB_MESSAGE_LISTENER, WebViewFeature.GET_WEB_VIEW_CLIENT)) {
      everySupported()
      without(needed)
      verify(attach()).reject("unsupported_web_view", "the WebView of this device has to be updated")
      assertEquals(emptyList<String>(), WebViewCompat.calls)
    }
    verify(webView, never()).webViewClient = any()
  }

  @Test
  fun `where there is no WebView, or an origin is not exact, nothing is attached`() {
    verify(attach(tag = 8)).reject("no_web_view", "there is no WebView in that view")
    for (bad in listOf(JavaOnlyArray.of("*"), JavaOnlyArray.of("https://taxi.example/x"), JavaOnlyArray()))
      verify(attach(origins = bad)).reject("invalid_origin", "an origin is neither https nor loopback")
    assertEquals(emptyList<String>(), WebViewCompat.calls)
  }

  @Test
  fun `what the WebView does not take for an origin, or cannot do, is answered`() {
    for ((refusal, code) in
      listOf(IllegalArgumentException() to "invalid_origin", UnsupportedOperationException() to "no_web_view")) {
      WebViewCompat.refusal = refusal
      verify(attach()).reject(code, refusal)
    }
    verify(webView, never()).webViewClient = any()
  }

  @Test
  fun `what a page says is passed on with its channel, document and origin, and answered there`() {
    attach()
    val document = FakeDocument()
    say(document)
    say(document, isMainFrame = false)
    say(document, origin = "https://evil.example")
    module.post("taxi#1", 1.0, "answer")
    module.post("taxi#1", 2.0, "to nobody")
    module.post("other", 1.0, "to nobody")
    val message = mapOf("channel" to "taxi#1", "document" to 1, "origin" to "https://taxi.example", "text" to "hello")
    assertEquals(listOf(MiniProgramBridgeModule.Event.MESSAGE), told.map { it.first })
    assertEquals(message.mapValues { "${it.value}" }, told[0].second.mapValues { "${it.value}".removeSuffix(".0") })
    assertEquals(listOf("answer"), document.heard)
  }

  @Test
  fun `after detaching the object is taken away, and the document is gone`() {
    attach()
    val document = FakeDocument()
    say(document)
    module.detach("taxi#1")
    module.post("taxi#1", 1.0, "too late")
    assertEquals("remove portico", WebViewCompat.calls.last())
    assertEquals(MiniProgramBridgeModule.Event.DOCUMENT_GONE, told.last().first)
    say(document)
    say(FakeDocument())
    assertEquals(MiniProgramBridgeModule.Event.DOCUMENT_GONE, told.last().first)
    assertEquals(emptyList<String>(), document.heard)
  }

  @Test
  fun `once React Native has given the module up, its page is let go and nothing is told`() {
    attach()
    say(FakeDocument())
    val before = told.size
    module.invalidate()
    assertEquals("remove portico", WebViewCompat.calls.last())
    say(FakeDocument())
    assertEquals(before, told.size)
  }

  @Test
  fun `chance is of the length that was asked for, and another each time`() {
    val many = List(100) { module.randomBytes(32.0) }
    assertEquals(100, many.toSet().size)
    for (each in many) assertTrue(Regex("[A-Za-z0-9_-]{43}").matches(each))
    for (bad in listOf(0.0, -1.0, 1025.0))
      assertThrows(IllegalArgumentException::class.java) { module.randomBytes(bad) }
  }

  @Test
  fun `the challenge of RFC 7636 appendix B comes out of its verifier`() =
    assertEquals(
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      module.sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    )

  @Test
  fun `the package gives the module under its name, as a TurboModule`() {
    val info = PorticoPackage().getReactModuleInfoProvider().getReactModuleInfos()
    assertEquals(setOf("MiniProgramBridge"), info.keys)
    assertTrue(info.getValue("MiniProgramBridge").isTurboModule)
    assertEquals("MiniProgramBridge", module.name)
  }

  private companion object {
    const val TAG = 7
  }
}
