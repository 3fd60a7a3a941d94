package dev.portico.flutter

import android.webkit.WebView
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse

class PageStoragesTest {
    private val done = mutableListOf<String>()
    private val last = HashMap<String, String>()
    private val owners =
        object : Owners {
            override fun lastPerson(id: String) = last[id]

            override fun remember(id: String, person: String) {
                last[id] = person
            }
        }

    private fun storages(profiles: Boolean) =
        PageStorages(
            owners,
            object : SystemStorages {
                override val apart = profiles

                override fun give(webView: WebView, name: String) {
                    done += "give $name"
                }

                override fun clear(webView: WebView, origins: Set<String>) {
                    done += "clear ${origins.sorted()}"
                }
            },
        )

    private fun PageStorages.useAll(vararg uses: Pair<String, String>) =
        uses.forEach { (id, person) -> use(WebView(), id, person, setOf("https://$id.example")) }

    @Test
    fun `each person of each mini-program has a storage of their own, which nobody else is given`() {
        storages(profiles = true).useAll("taxi" to "o1", "shop" to "o1", "taxi" to "o2", "taxi" to "o1")
        assertEquals(listOf("give taxi o1", "give shop o1", "give taxi o2", "give taxi o1"), done)
    }

    @Test
    fun `without profiles the origins are cleared for another person, and for nobody else`() {
        val storages = storages(profiles = false)
        storages.useAll("taxi" to "o1", "taxi" to "o1", "shop" to "x9", "taxi" to "o2", "taxi" to "o2")
        assertEquals(listOf("clear [https://taxi.example]"), done)
    }

    @Test
    fun `a cookie is taken away wherever a page of the origin may have set it, whatever its name`() {
        val end = "=; Max-Age=0; Path=/; Secure"
        assertEquals(
            listOf("a", "__Host-b").flatMap { name ->
                listOf("", "; Domain=pay.taxi.example", "; Domain=taxi.example").map { name + end + it }
            },
            expiring("https://pay.taxi.example:8443", "a=1; __Host-b=2=3"),
        )
        assertEquals(listOf("a=; Max-Age=0; Path=/"), expiring("http://localhost:8080", "a=1"))
        assertEquals(emptyList(), expiring("https://taxi.example", ""))
        assertFalse(expiring("http://127.0.0.1", "a=1").any { "Secure" in it })
    }
}
