package dev.portico.reactnative

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.junit.jupiter.params.provider.ValueSource

internal class OriginsTest {
  @ParameterizedTest
  @CsvSource(
    "https://taxi.example, https://taxi.example",
    "https://taxi.example:443/x?y#z, https://taxi.example",
    "HTTPS://Taxi.Example/, https://taxi.example",
    "https://taxi.example:8443?x, https://taxi.example:8443",
    "http://localhost:3000/, http://localhost:3000",
    "http://127.0.0.1:80/, http://127.0.0.1",
    "http://[::1]:5/, http://[::1]:5",
  )
  fun `a plain address has its origin`(url: String, origin: String) = assertEquals(origin, Origins.originOf(url))

  @ParameterizedTest
  @ValueSource(
    strings =
      [
        "http://taxi.example/",
        "https://user@taxi.example/",
        "https://taxi.example@evil.example/",
        "https://taxi.example\\@evil.example/",
        "https:/taxi.example/",
        "https://taxi.example:99999/",
        "https://taxi%2eexample/",
        "https://täxi.example/",
        "https://*.example/",
        "https://taxi.example\t/",
        " https://taxi.example/",
        "javascript:alert(1)//https://taxi.example/",
        "about:blank",
        "intent://taxi.example/#Intent;scheme=https;end",
        "null",
        "*",
        "",
      ]
  )
  fun `what could be read in two ways is at no origin`(url: String) = assertNull(Origins.originOf(url))

  @Test
  fun `only exact origins are taken, and at least one`() {
    val wrong =
      listOf("*", "https://*.example", "https://taxi.example/", "https://taxi.example:443", "http://taxi.example")
    for (bad in wrong)
      assertThrows(IllegalArgumentException::class.java) { Origins.of(listOf("https://good.example", bad)) }
    assertThrows(IllegalArgumentException::class.java) { Origins.of(emptyList()) }
  }

  @Test
  fun `an address is held to exact origins`() {
    val origins = Origins.of(listOf("https://taxi.example", "http://localhost:3000"))
    assertTrue(origins.hold("https://taxi.example/a\nb"))
    assertTrue(origins.hold("http://localhost:3000/x"))
    assertFalse(origins.hold("https://taxi.example.evil.example/"))
    assertFalse(origins.hold("http://localhost:3001/x"))
  }
}
