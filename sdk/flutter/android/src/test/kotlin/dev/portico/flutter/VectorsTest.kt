package dev.portico.flutter

import java.io.File
import org.json.JSONObject
import kotlin.test.Test
import kotlin.test.assertEquals

class VectorsTest {
    private fun kinds(direction: String): Set<String> =
        File(System.getProperty("vectors"), "bridge").listFiles { file -> file.extension == "json" }!!
            .map { JSONObject(it.readText()) }
            .filter { it.getString("direction") == direction }
            .map { it.getString("kind") }
            .toSet()

    @Test
    fun `the methods of both directions are the kinds of the shared vectors`() {
        assertEquals(kinds("host_to_mini_program"), HOST_METHODS)
        assertEquals(kinds("mini_program_to_host"), MINI_PROGRAM_METHODS)
    }
}
