package dev.portico.flutter

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

private const val TAXI = "org.example.taxi"
private const val SHOP = "org.example.shop"

/** A host's engine and those of two modules, joined by the real bridge. */
private class World : Engines {
    val host = Dart()
    val taxi = Dart()
    val shop = Dart()
    var next: Dart? = null
    val closed = mutableListOf<String>()
    val bridge = Bridge(this)
    val hostEnd = EngineEnd(host.messenger, bridge)

    init {
        host.listen()
    }

    override fun open(id: String): End? {
        val dart = mapOf(TAXI to (next ?: taxi), SHOP to shop)[id] ?: return null
        return EngineEnd(dart.messenger, bridge).apply { becomeMiniProgram(id) }.also { dart.listen() }
    }

    override fun close(id: String) {
        closed += id
    }

    fun launch(id: String, vararg more: Pair<String, Any?>) =
        host.say("launch", mapOf("miniProgramId" to id, "token" to "a.b.c", "theme" to "dark", *more))
}

class BridgeTest {
    @Test
    fun `a launch opens the module, keeps no token, and goes on once the module says ready`() {
        val world = World()
        assertEquals("success", world.launch(TAXI))
        assertEquals(emptyList(), world.taxi.called)
        assertEquals("success", world.taxi.say("ready", mapOf("portico" to 1)))
        assertEquals("ready" to mapOf("portico" to 1, "miniProgramId" to TAXI), world.host.called.single())
        world.launch(TAXI)
        val (method, fields) = world.taxi.called.single()
        assertEquals("launch", method)
        assertEquals("a.b.c", (fields as Map<*, *>)["token"])
    }

    @Test
    fun `a module that was not registered is refused by name`() {
        assertEquals("unknown_module", World().launch("org.example.nowhere"))
    }

    @Test
    fun `answers are calls, and news are events with their type`() {
        val world = World()
        world.launch(TAXI)
        val renewed = mapOf("miniProgramId" to TAXI, "token" to "g.h.i", "expiresIn" to 60)
        world.host.say("token_renewed", renewed + ("id" to "1"))
        world.host.say("token_renewed", renewed)
        world.host.say("session_expired", mapOf("miniProgramId" to TAXI, "reason" to "signed_out"))
        assertEquals(listOf("token_renewed"), world.taxi.called.map { it.first })
        assertEquals(
            listOf<Any?>(
                mapOf("portico" to 1, "type" to "token_renewed", "token" to "g.h.i", "expiresIn" to 60),
                mapOf("portico" to 1, "type" to "session_expired", "reason" to "signed_out"),
            ),
            world.taxi.told,
        )
    }

    @Test
    fun `a module cannot speak as another, as a host, or to another`() {
        val world = World()
        world.launch(TAXI)
        world.launch(SHOP)
        world.taxi.say("login", mapOf("id" to "1", "miniProgramId" to SHOP))
        assertEquals(mapOf("id" to "1", "miniProgramId" to TAXI), world.host.called.single().second)
        world.host.called.clear()
        for (method in HOST_METHODS + "close") {
            world.taxi.say(method, mapOf("miniProgramId" to SHOP, "token" to "x.y.z", "id" to "1"))
        }
        assertTrue(world.host.called.isEmpty() && world.shop.called.isEmpty() && world.shop.told.isEmpty())
        assertTrue(world.closed.isEmpty())
    }

    @Test
    fun `a second host can neither speak to nor close what the first one opened`() {
        val world = World()
        world.launch(TAXI)
        val other = Dart().also { EngineEnd(it.messenger, world.bridge) }
        for (method in HOST_METHODS + "close") other.say(method, mapOf("miniProgramId" to TAXI, "id" to "1"))
        assertTrue(world.taxi.called.isEmpty() && world.taxi.told.isEmpty() && world.closed.isEmpty())
    }

    @Test
    fun `what no host may say is not passed on`() {
        val world = World()
        world.launch(TAXI)
        for (method in MINI_PROGRAM_METHODS + "evil") {
            world.host.say(method, mapOf("miniProgramId" to TAXI, "id" to "1"))
        }
        assertTrue(world.taxi.called.isEmpty() && world.taxi.told.isEmpty())
        assertEquals("invalid_message", world.host.say("launch", "text"))
    }

    @Test
    fun `a module that the person closed is told to the host, and has no host any more`() {
        val world = World()
        world.launch(TAXI)
        world.bridge.closed(TAXI)
        assertEquals(listOf<Any?>(mapOf("type" to "closed", "miniProgramId" to TAXI)), world.host.told)
        assertEquals("no_host", world.taxi.say("renew", mapOf("id" to "1")))
        assertTrue(world.host.called.isEmpty())
    }

    @Test
    fun `an engine that was taken away has no host, though another runs in its place`() {
        val world = World()
        world.launch(TAXI)
        world.host.say("close", mapOf("miniProgramId" to TAXI))
        val next = Dart().also { world.next = it }
        world.launch(TAXI)
        assertEquals("no_host", world.taxi.say("renew", mapOf("id" to "1")))
        assertTrue(world.host.called.isEmpty())
        assertEquals("success", next.say("ready", emptyMap<String, Any?>()))
        assertEquals("ready", world.host.called.single().first)
    }

    @Test
    fun `a host that closes a module takes its engine away, and one that goes takes all of them`() {
        val world = World()
        world.launch(TAXI)
        world.host.say("close", mapOf("miniProgramId" to TAXI))
        assertEquals(listOf(TAXI), world.closed)
        world.launch(TAXI)
        world.launch(SHOP)
        world.hostEnd.close()
        assertEquals(setOf(TAXI, SHOP), world.closed.toSet())
        assertEquals("no_host", world.shop.say("ready", emptyMap<String, Any?>()))
    }
}
