package dev.portico.reactnative

import android.graphics.Bitmap
import android.net.http.SslError
import android.os.Message
import android.view.KeyEvent
import android.webkit.ClientCertRequest
import android.webkit.HttpAuthHandler
import android.webkit.RenderProcessGoneDetail
import android.webkit.SafeBrowsingResponse
import android.webkit.SslErrorHandler
import android.webkit.WebResourceError
import android.webkit.WebResourceRequest
import android.webkit.WebResourceResponse
import android.webkit.WebView
import android.webkit.WebViewClient

/**
 * Holds a WebView's main frame to its origins, and leaves everything else to the client that was there before.
 *
 * The decision is made here and not in JavaScript: react-native-webview waits a quarter of a second for that, and then
 * lets the page go where it wants.
 */
@Suppress("DEPRECATION") // What is deprecated is still called, on older devices.
internal class LockedWebViewClient(
  private val inner: WebViewClient,
  private val origins: Origins,
  private val page: Page,
) : WebViewClient() {
  override fun shouldOverrideUrlLoading(view: WebView, request: WebResourceRequest): Boolean =
    request.isForMainFrame && isRefused(request.url.toString())

  @Deprecated("Deprecated in Java")
  override fun shouldOverrideUrlLoading(view: WebView, url: String): Boolean = isRefused(url)

  /** Forms that are posted come here without having been asked about. */
  override fun onPageStarted(view: WebView, url: String, favicon: Bitmap?) {
    if (origins.hold(url)) page.begin() else page.leave()
    if (url != BLANK && isRefused(url)) {
      view.stopLoading()
      view.loadUrl(BLANK)
    } else {
      inner.onPageStarted(view, url, favicon)
    }
  }

  private fun isRefused(url: String): Boolean {
    if (origins.hold(url)) return false
    page.refuse(url)
    return true
  }

  override fun onPageFinished(view: WebView, url: String) {
    page.finish()
    inner.onPageFinished(view, url)
  }

  override fun onLoadResource(view: WebView, url: String) = inner.onLoadResource(view, url)

  override fun onPageCommitVisible(view: WebView, url: String) = inner.onPageCommitVisible(view, url)

  @Deprecated("Deprecated in Java")
  override fun shouldInterceptRequest(view: WebView, url: String): WebResourceResponse? =
    inner.shouldInterceptRequest(view, url)

  override fun shouldInterceptRequest(view: WebView, request: WebResourceRequest): WebResourceResponse? =
    inner.shouldInterceptRequest(view, request)

  @Deprecated("Deprecated in Java")
  override fun onTooManyRedirects(view: WebView, cancelMsg: Message, continueMsg: Message) =
    inner.onTooManyRedirects(view, cancelMsg, continueMsg)

  @Deprecated("Deprecated in Java")
  override fun onReceivedError(view: WebView, errorCode: Int, description: String, failingUrl: String) =
    inner.onReceivedError(view, errorCode, description, failingUrl)

  override fun onReceivedError(view: WebView, request: WebResourceRequest, error: WebResourceError) =
    inner.onReceivedError(view, request, error)

  override fun onReceivedHttpError(view: WebView, request: WebResourceRequest, errorResponse: WebResourceResponse) =
    inner.onReceivedHttpError(view, request, errorResponse)

  override fun onFormResubmission(view: WebView, dontResend: Message, resend: Message) =
    inner.onFormResubmission(view, dontResend, resend)

  override fun doUpdateVisitedHistory(view: WebView, url: String, isReload: Boolean) =
    inner.doUpdateVisitedHistory(view, url, isReload)

  override fun onReceivedSslError(view: WebView, handler: SslErrorHandler, error: SslError) =
    inner.onReceivedSslError(view, handler, error)

  override fun onReceivedClientCertRequest(view: WebView, request: ClientCertRequest) =
    inner.onReceivedClientCertRequest(view, request)

  override fun onReceivedHttpAuthRequest(view: WebView, handler: HttpAuthHandler, host: String, realm: String) =
    inner.onReceivedHttpAuthRequest(view, handler, host, realm)

  override fun shouldOverrideKeyEvent(view: WebView, event: KeyEvent): Boolean =
    inner.shouldOverrideKeyEvent(view, event)

  override fun onUnhandledKeyEvent(view: WebView, event: KeyEvent) = inner.onUnhandledKeyEvent(view, event)

  override fun onScaleChanged(view: WebView, oldScale: Float, newScale: Float) =
    inner.onScaleChanged(view, oldScale, newScale)

  override fun onReceivedLoginRequest(view: WebView, realm: String, account: String?, args: String) =
    inner.onReceivedLoginRequest(view, realm, account, args)

  override fun onRenderProcessGone(view: WebView, detail: RenderProcessGoneDetail): Boolean =
    inner.onRenderProcessGone(view, detail)

  override fun onSafeBrowsingHit(
    view: WebView,
    request: WebResourceRequest,
    threatType: Int,
    callback: SafeBrowsingResponse,
  ) = inner.onSafeBrowsingHit(view, request, threatType, callback)

  private companion object {
    const val BLANK = "about:blank"
  }
}
