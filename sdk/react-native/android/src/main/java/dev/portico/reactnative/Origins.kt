package dev.portico.reactnative

/**
 * The exact origins of a mini-program: https, or http on this very machine.
 *
 * URLs are read only where they are of the plainest kind: scheme, a host name of letters, digits, dots and dashes (or
 * `[::1]`), a port. What could be read in two ways is at none of the origins.
 */
internal class Origins private constructor(private val exact: Set<String>) {
  /** As `addWebMessageListener` takes them; none of them has a wildcard. */
  val rules: Set<String>
    get() = exact

  operator fun contains(origin: String): Boolean = origin in exact

  /** Whether `url` is at one of them. */
  fun hold(url: String): Boolean = originOf(url)?.let { it in exact } ?: false

  companion object {
    private val PLAIN =
      Regex(
        """(https?)://([a-z0-9]+(?:[.-]+[a-z0-9]+)*|\[::1])(?::(\d{1,5}))?([/?#].*)?""",
        setOf(RegexOption.IGNORE_CASE, RegexOption.DOT_MATCHES_ALL),
      )
    private val LOOPBACK = Regex("""localhost|.+\.localhost|127(\.\d+){3}|\[::1]""")
    private const val HIGHEST_PORT = 65_535
    private val DEFAULT_PORTS = mapOf("http" to 80, "https" to 443)

    /** @throws IllegalArgumentException unless there is one, and each is an exact origin. */
    fun of(origins: List<String>): Origins {
      require(origins.isNotEmpty()) { "no origin" }
      origins.forEach { require(originOf(it) == it) { "not an exact origin" } }
      return Origins(origins.toSet())
    }

    /** The origin of `url`, or null where it is not one that can be trusted. */
    fun originOf(url: String): String? {
      val (givenScheme, givenHost, givenPort) = PLAIN.matchEntire(url)?.destructured ?: return null
      val scheme = givenScheme.lowercase()
      val host = givenHost.lowercase()
      if (scheme == "http" && !LOOPBACK.matches(host)) return null
      if (givenPort.isEmpty()) return "$scheme://$host"
      val port = givenPort.toInt()
      if (port > HIGHEST_PORT) return null
      return if (port == DEFAULT_PORTS[scheme]) "$scheme://$host" else "$scheme://$host:$port"
    }
  }
}
