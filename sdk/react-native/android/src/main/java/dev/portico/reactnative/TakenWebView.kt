package dev.portico.reactnative

import android.net.Uri
import android.view.View
import android.view.ViewGroup
import android.webkit.WebView
import androidx.webkit.JavaScriptReplyProxy
import androidx.webkit.WebMessageCompat
import androidx.webkit.WebViewCompat
import androidx.webkit.WebViewFeature

/** This device's WebView is too old to say who speaks. */
internal class UnsupportedWebView : Exception()

/** A WebView whose main frame has the object `portico`, and is held to its origins. */
internal class TakenWebView
private constructor(private val webView: WebView, val page: Page, val isStorageApart: Boolean) {
  /** Takes the object away from the documents to come. What the present one says goes to nobody. */
  fun leave() {
    page.close()
    WebViewCompat.removeWebMessageListener(webView, NAME)
  }

  private class Listener(private val page: Page) : WebViewCompat.WebMessageListener {
    override fun onPostMessage(
      view: WebView,
      message: WebMessageCompat,
      sourceOrigin: Uri,
      isMainFrame: Boolean,
      replyProxy: JavaScriptReplyProxy,
    ) = page.hear(replyProxy, sourceOrigin.toString(), isMainFrame, message.data)
  }

  companion object {
    private const val NAME = "portico"

    /**
     * Takes a WebView that has loaded nothing yet.
     *
     * @throws UnsupportedWebView before anything has been changed.
     */
    fun take(webView: WebView, origins: Origins, profile: String, events: PageEvents): TakenWebView {
      val isSupported =
        WebViewFeature.isFeatureSupported(WebViewFeature.WEB_MESSAGE_LISTENER) &&
          WebViewFeature.isFeatureSupported(WebViewFeature.GET_WEB_VIEW_CLIENT)
      if (!isSupported) throw UnsupportedWebView()
      // The profile comes first: a WebView that has been used cannot get another.
      val isStorageApart = putApart(webView, profile)
      val page = Page(origins, events)
      WebViewCompat.addWebMessageListener(webView, NAME, origins.rules, Listener(page))
      webView.webViewClient = LockedWebViewClient(WebViewCompat.getWebViewClient(webView), origins, page)
      return TakenWebView(webView, page, isStorageApart)
    }

    /** The WebView at or below `view`. */
    fun below(view: View?): WebView? =
      when (view) {
        is WebView -> view
        is ViewGroup -> (0 until view.childCount).firstNotNullOfOrNull { below(view.getChildAt(it)) }
        else -> null
      }

    private fun putApart(webView: WebView, profile: String): Boolean {
      if (!WebViewFeature.isFeatureSupported(WebViewFeature.MULTI_PROFILE)) return false
      return try {
        WebViewCompat.setProfile(webView, profile)
        true
      } catch (_: IllegalStateException) {
        false
      }
    }
  }
}
