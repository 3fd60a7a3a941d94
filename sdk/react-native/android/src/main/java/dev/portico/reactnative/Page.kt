package dev.portico.reactnative

import androidx.webkit.JavaScriptReplyProxy

/** What a [Page] tells. */
internal interface PageEvents {
  fun message(document: Int, origin: String, text: String)

  fun gone(document: Int)

  fun refused(url: String)
}

/**
 * The documents that come and go in a WebView's main frame. Each has a number, and a reply proxy that belongs to it
 * alone: what is said to a document that is gone reaches nobody. Used on the main thread only.
 */
internal class Page(private val origins: Origins, private val events: PageEvents) {
  private var speaker: JavaScriptReplyProxy? = null
  private var last = 0

  // A document can be heard before the WebView says that it has begun. Until a load has finished, the beginning that
  // follows its first word may be its own, and it stays: what is said to one that is gone reaches nobody, but one that
  // was taken for gone would hear nothing any more.
  private var mayBegin = false
  private var isOver = false

  /** A document has said something. What is not from the main frame of an exact origin is dropped. */
  fun hear(from: JavaScriptReplyProxy, origin: String, isMainFrame: Boolean, text: String?) {
    if (isOver || !isMainFrame || origin !in origins || text == null || text.length > LONGEST_TEXT) return
    if (from !== speaker) {
      forget()
      mayBegin = true
      speaker = from
      last += 1
    }
    events.message(last, origin, text)
  }

  /** The main frame has begun to show another document. */
  fun begin() {
    if (mayBegin) mayBegin = false else forget()
  }

  /** The main frame has loaded the document that it shows: that began before. */
  fun finish() {
    mayBegin = false
  }

  /** The main frame shows something that is no document of the mini-program. */
  fun leave() {
    mayBegin = false
    forget()
  }

  /** Says `text` to that document, unless it is gone. */
  fun post(document: Int, text: String) {
    if (document == last) speaker?.postMessage(text)
  }

  /** Nobody is heard or spoken to any more. */
  fun close() {
    isOver = true
    forget()
  }

  /** The main frame wanted to leave. */
  fun refuse(url: String) = events.refused(url)

  private fun forget() {
    if (speaker == null) return
    speaker = null
    events.gone(last)
  }

  private companion object {
    /** UTF-16 code units. */
    const val LONGEST_TEXT = 65_536
  }
}
