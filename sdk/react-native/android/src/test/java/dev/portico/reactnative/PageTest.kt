package dev.portico.reactnative

import androidx.webkit.JavaScriptReplyProxy
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** A document's way back. */
internal class FakeDocument : JavaScriptReplyProxy() {
  val heard = mutableListOf<String>()

  override fun postMessage(message: String) {
    heard += message
  }
}

internal class PageTest {
  private val told = mutableListOf<String>()
  private val events =
    object : PageEvents {
      override fun message(document: Int, origin: String, text: String) {
        told += "$document $origin $text"
      }

      override fun gone(document: Int) {
        told += "$document gone"
      }

      override fun refused(url: String) {
        told += "refused $url"
      }
    }
  private val page = Page(Origins.of(listOf(TAXI)), events)
  private val first = FakeDocument()
  private val second = FakeDocument()

  @Test
  fun `documents are numbered, and each is answered alone`() {
    page.begin()
    page.hear(first, TAXI, true, "a")
    page.post(1, "to the first")
    page.finish()
    page.begin()
    page.post(1, "too late")
    page.hear(second, TAXI, true, "b")
    page.post(1, "much too late")
    page.post(2, "to the second")
    assertEquals(listOf("1 $TAXI a", "1 gone", "2 $TAXI b"), told)
    assertEquals(listOf("to the first"), first.heard)
    assertEquals(listOf("to the second"), second.heard)
  }

  @Test
  fun `a document that is heard before it is said to have begun is kept`() {
    page.hear(first, TAXI, true, "a")
    page.begin()
    page.post(1, "still there")
    page.hear(second, TAXI, true, "b")
    page.begin()
    page.post(2, "there too")
    page.finish()
    page.begin()
    page.post(2, "gone")
    assertEquals(listOf("1 $TAXI a", "1 gone", "2 $TAXI b", "2 gone"), told)
    assertEquals(listOf("still there"), first.heard)
    assertEquals(listOf("there too"), second.heard)
  }

  @Test
  fun `a document that is heard before it is said to have begun is kept, also after one that never spoke`() {
    page.begin()
    page.hear(first, TAXI, true, "a")
    page.finish()
    page.begin()
    page.finish()
    page.hear(second, TAXI, true, "b")
    page.begin()
    page.post(2, "still there")
    page.hear(second, TAXI, true, "c")
    assertEquals(listOf("1 $TAXI a", "1 gone", "2 $TAXI b", "2 $TAXI c"), told)
    assertEquals(listOf("still there"), second.heard)
  }

  @Test
  fun `what is no document of the mini-program ends the one before at once`() {
    page.hear(first, TAXI, true, "a")
    page.leave()
    page.post(1, "gone")
    assertEquals(listOf("1 $TAXI a", "1 gone"), told)
    assertEquals(emptyList<String>(), first.heard)
  }

  @Test
  fun `a frame inside, another origin, no text and too much of it are dropped`() {
    page.hear(first, TAXI, false, "a")
    val others =
      listOf("https://taxi.example.evil.example", "https://taxi.example:444", "http://taxi.example", "null", "")
    for (origin in others)
      page.hear(first, origin, true, "a")
    page.hear(first, TAXI, true, null)
    page.hear(first, TAXI, true, "x".repeat(65_537))
    assertEquals(emptyList<String>(), told)
    page.hear(first, TAXI, true, "x".repeat(65_536))
    assertEquals(1, told.size)
  }

  @Test
  fun `nobody is spoken to before anybody has spoken`() {
    page.post(0, "a")
    page.post(1, "a")
    assertEquals(emptyList<String>(), first.heard)
  }

  private companion object {
    const val TAXI = "https://taxi.example"
  }
}
