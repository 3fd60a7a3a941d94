package dev.portico.flutter

import android.webkit.WebView
import kotlin.test.Test
import kotlin.test.assertEquals

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

                override fun clear(name: String, origins: Set<String>) {
                    done += "clear $name ${origins.sorted()}"
                }
            },
        )

    @Test
    fun `each mini-program has its own, cleared before another person is there`() {
        val storages = storages(profiles = true)
        for ((id, person) in listOf("taxi" to "o1", "taxi" to "o1", "shop" to "x9", "taxi" to "o2")) {
            storages.use(WebView(), id, person, setOf("https://$id.example"))
        }
        assertEquals(
            listOf("give taxi", "give taxi", "give shop", "clear taxi [https://taxi.example]", "give taxi"),
            done,
        )
    }

    @Test
    fun `without profiles the origins are cleared`() {
        val storages = storages(profiles = false)
        storages.use(WebView(), "taxi", "o1", setOf("https://taxi.example"))
        storages.use(WebView(), "taxi", "o2", setOf("https://taxi.example"))
        assertEquals(listOf("clear taxi [https://taxi.example]"), done)
    }
}
