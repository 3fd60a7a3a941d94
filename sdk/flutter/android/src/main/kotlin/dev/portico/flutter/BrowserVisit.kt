package dev.portico.flutter

/**
 * One visit to a page in the browser: it ends when the browser goes to [returnTo], or when the person comes back
 * without that. [answer] is called once, with the address or `null`.
 */
internal class BrowserVisit(val page: String, private val returnTo: String, private val answer: (String?) -> Unit) {
    private var left = false
    private var over = false

    /**
     * The app is in front: at first, that is when the page is to be opened; the second time the person came back.
     *
     * @return whether to open the page now.
     */
    fun resumed(): Boolean {
        if (left) end(null)
        val first = !left
        left = true
        return first
    }

    /** The browser went to [address], or another app says so: only the address that was waited for ends the visit. */
    fun returned(address: String?) {
        if (address != null && leadsBack(address)) end(address)
    }

    /** Nobody waits any more. */
    fun end(address: String?) {
        if (over) return
        over = true
        answer(address)
    }

    /** The engine that waited is gone: nobody is answered. */
    fun forget() {
        over = true
    }

    private fun leadsBack(address: String) = address.substringBefore('#').substringBefore('?') == returnTo
}
