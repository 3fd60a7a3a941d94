package dev.portico.flutter

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

class BrowserVisitTest {
    private val answers = mutableListOf<String?>()
    private val visit = BrowserVisit("https://id.example/", "org.example.superapp:/back") { answers += it }

    @Test
    fun `a visit ends with the address that was waited for, once`() {
        assertTrue(visit.resumed())
        visit.returned("org.example.superapp:/back?code=1&state=2")
        assertFalse(visit.resumed())
        visit.returned("org.example.superapp:/back?code=9")
        assertEquals(listOf<String?>("org.example.superapp:/back?code=1&state=2"), answers)
    }

    @Test
    fun `a person who comes back without an address has closed the page`() {
        visit.resumed()
        assertFalse(visit.resumed())
        assertEquals(listOf<String?>(null), answers)
    }

    @Test
    fun `a visit whose engine is gone answers nobody`() {
        visit.resumed()
        visit.forget()
        visit.returned("org.example.superapp:/back?code=1&state=2")
        assertFalse(visit.resumed())
        assertTrue(answers.isEmpty())
    }

    @Test
    fun `another address ends nothing`() {
        visit.resumed()
        val others = listOf(null, "org.example.superapp:/other?code=1", "org.example.superapp:/back2", "")
        others.forEach(visit::returned)
        assertTrue(answers.isEmpty())
    }
}
