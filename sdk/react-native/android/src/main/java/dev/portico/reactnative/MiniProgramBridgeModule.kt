package dev.portico.reactnative

import android.util.Base64
import com.facebook.react.bridge.Promise
import com.facebook.react.bridge.ReactApplicationContext
import com.facebook.react.bridge.ReadableArray
import com.facebook.react.bridge.WritableMap
import com.facebook.react.module.annotations.ReactModule
import java.security.MessageDigest
import java.security.SecureRandom

/** The native module `MiniProgramBridge`, as `src/spec/NativeMiniProgramBridge.ts` describes it. */
@ReactModule(name = NativeMiniProgramBridgeSpec.NAME)
internal open class MiniProgramBridgeModule(context: ReactApplicationContext, private val surroundings: Surroundings) :
  NativeMiniProgramBridgeSpec(context) {
  constructor(context: ReactApplicationContext) : this(context, ReactSurroundings(context))

  private val random = SecureRandom()

  // By channel; on the main thread only, where WebViews live.
  private val taken = mutableMapOf<String, TakenWebView>()

  // Held while an event is told: what React Native has behind it goes once `invalidate` has returned.
  private val telling = Any()
  private var isOver = false

  override fun attach(viewTag: Double, channel: String, origins: ReadableArray, profile: String, promise: Promise) {
    val exact =
      try {
        Origins.of(List(origins.size()) { origins.getString(it).orEmpty() })
      } catch (_: IllegalArgumentException) {
        return promise.reject("invalid_origin", "an origin is neither https nor loopback")
      }
    surroundings.onMainThread {
      val webView = TakenWebView.below(surroundings.view(viewTag.toInt()))
      if (webView == null) {
        promise.reject("no_web_view", "there is no WebView in that view")
        return@onMainThread
      }
      try {
        val web = TakenWebView.take(webView, exact, profile, Telling(channel))
        taken.put(channel, web)?.leave()
        promise.resolve(surroundings.map().apply { putBoolean("storageApart", web.isStorageApart) })
      } catch (_: UnsupportedWebView) {
        promise.reject("unsupported_web_view", "the WebView of this device has to be updated")
      } catch (refusal: RuntimeException) {
        promise.reject(if (refusal is IllegalArgumentException) "invalid_origin" else "no_web_view", refusal)
      }
    }
  }

  override fun detach(channel: String) = surroundings.onMainThread { taken.remove(channel)?.leave() }

  override fun post(channel: String, document: Double, text: String) =
    surroundings.onMainThread { taken[channel]?.page?.post(document.toInt(), text) }

  override fun randomBytes(count: Double): String {
    val size = count.toInt()
    require(size in 1..MOST_BYTES) { "1 to $MOST_BYTES bytes" }
    return base64Url(ByteArray(size).also(random::nextBytes))
  }

  override fun sha256(text: String): String = base64Url(MessageDigest.getInstance("SHA-256").digest(text.toByteArray()))

  override fun invalidate() {
    synchronized(telling) { isOver = true }
    surroundings.onMainThread {
      taken.values.forEach(TakenWebView::leave)
      taken.clear()
    }
    super.invalidate()
  }

  /** Overridden by tests alone: React Native's emitter is native code. */
  internal open fun emit(event: Event, value: WritableMap) =
    when (event) {
      Event.MESSAGE -> emitOnMessage(value)
      Event.DOCUMENT_GONE -> emitOnDocumentGone(value)
      Event.NAVIGATION_REFUSED -> emitOnNavigationRefused(value)
    }

  internal enum class Event {
    MESSAGE,
    DOCUMENT_GONE,
    NAVIGATION_REFUSED,
  }

  private inner class Telling(private val channel: String) : PageEvents {
    override fun message(document: Int, origin: String, text: String) =
      tell(Event.MESSAGE) {
        putInt("document", document)
        putString("origin", origin)
        putString("text", text)
      }

    override fun gone(document: Int) = tell(Event.DOCUMENT_GONE) { putInt("document", document) }

    override fun refused(url: String) = tell(Event.NAVIGATION_REFUSED) { putString("url", url) }

    private fun tell(event: Event, fill: WritableMap.() -> Unit) =
      synchronized(telling) {
        if (!isOver) emit(event, surroundings.map().apply { putString("channel", channel) }.apply(fill))
      }
  }

  private companion object {
    const val MOST_BYTES = 1024

    fun base64Url(bytes: ByteArray): String =
      Base64.encodeToString(bytes, Base64.URL_SAFE or Base64.NO_PADDING or Base64.NO_WRAP)
  }
}
