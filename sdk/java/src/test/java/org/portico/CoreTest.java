package org.portico;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.portico.EventParser.BrokenStreamException;
import org.portico.EventParser.Event;
import org.portico.Finding.Known;
import org.portico.Finding.Question;

/** What is kept, for how long, and how much of it. */
class CoreTest {
    private static final Map<String, Object> FEED = Vectors.read("feed");
    private static final Map<String, Object> TOKENS = Vectors.object(FEED, "tokens");
    private static final String ANA = (String) TOKENS.get("ana");
    private static final String NEXT = (String) TOKENS.get("signed by the next key");
    private static final String STRANGE = Vectors.list(Vectors.read("tokens"), "cases").stream()
            .filter(one -> ((String) one.get("name")).contains("nobody publishes"))
            .map(one -> (String) one.get("token"))
            .findFirst()
            .orElseThrow();

    private static BackEnd live() {
        return new BackEnd(FEED, 100).live();
    }

    private static long minutes(long minutes) {
        return Duration.ofMinutes(minutes).toNanos();
    }

    private static Event event(String name, String data) {
        return new Event(name, data, null);
    }

    @Test
    void what_the_feed_said_is_forgotten_when_no_token_can_be_left() throws BrokenStreamException {
        Feed feed = new Feed();
        feed.hear(event("session_ended", "{\"sid\":\"a\"}"), minutes(0));
        feed.hear(event("token_revoked", "{\"jti\":\"b\"}"), minutes(10));
        feed.hear(event("grant_changed", "{\"sub\":\"c\",\"scope\":\"openid\"}"), minutes(20));
        feed.hear(event("session_ended", "{\"sid\":\"a\"}"), minutes(25));
        feed.hear(event("ping", "{}"), minutes(35));
        assertEquals(3, feed.size());
        feed.hear(event("ping", "{}"), minutes(40));
        assertEquals(2, feed.size());
        feed.hear(event("ping", "{}"), minutes(50));
        assertEquals(1, feed.size());
        feed.hear(event("ping", "{}"), minutes(55));
        assertEquals(0, feed.size());
    }

    @Test
    void a_hundred_thousand_live_grants_take_less_than_64_mb() throws BrokenStreamException {
        long before = used();
        Feed feed = new Feed();
        for (int number = 0; number < 100_000; number++) {
            String data = "{\"sub\":\"a-person-of-this-app-" + (10_000_000 + number) + "\",\"scope\":\"openid\"}";
            feed.hear(event("grant_changed", data), number);
        }
        assertTrue(used() - before < 64_000_000);
        assertEquals(100_000, feed.size());
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void remembered_tokens_are_bounded() {
        BackEnd backEnd = new BackEnd(FEED, 2).live();
        for (String name : List.of("ana", "ana again", "bob", "ana")) {
            assertInstanceOf(Known.class, backEnd.ask((String) TOKENS.get(name)));
        }
        assertEquals(2, backEnd.local.remembered());
    }

    @Test
    void a_token_is_verified_once() {
        BackEnd backEnd = live();
        Caller first = assertInstanceOf(Known.class, backEnd.ask(ANA)).caller();
        assertSame(first, assertInstanceOf(Known.class, backEnd.ask(ANA)).caller());
    }

    @Test
    void a_remembered_token_expires_too() {
        BackEnd backEnd = live();
        backEnd.ask(ANA);
        backEnd.elapsed = Duration.ofSeconds(1740);
        backEnd.hear(BackEnd.PING);
        assertThrows(InvalidTokenException.class, () -> backEnd.ask(ANA));
    }

    @Test
    void a_token_whose_key_was_taken_back_is_refused_though_it_was_remembered() throws Json.ShapeException {
        BackEnd backEnd = live();
        assertInstanceOf(Known.class, backEnd.ask(ANA));
        List<?> others = Vectors.list(Vectors.object(Vectors.read("keys"), "first"), "keys").stream()
                .filter(key -> !"ed25519-today".equals(key.get("kid")))
                .toList();
        backEnd.local.keysRead(KeySet.read(Map.of("keys", others)), 0, backEnd.now());
        assertThrows(InvalidTokenException.class, () -> backEnd.ask(ANA));
    }

    @Test
    void keys_that_nobody_knows_make_the_key_set_be_read_once_in_a_while_only() {
        BackEnd backEnd = live();
        long rest = Local.KEYS_REST / 1_000_000;
        long[][] steps = {{0, 2}, {1000, 2}, {rest - 1, 2}, {rest, 3}};
        for (long[] step : steps) {
            backEnd.elapsed = Duration.ofMillis(step[0]);
            backEnd.hear(BackEnd.PING);
            assertThrows(InvalidTokenException.class, () -> backEnd.ask(STRANGE));
            assertEquals(step[1], backEnd.keySetReads);
        }
    }

    @Test
    void a_key_that_was_rotated_in_is_asked_for_though_the_set_was_just_read() {
        BackEnd backEnd = live();
        assertThrows(InvalidTokenException.class, () -> backEnd.ask(STRANGE));
        backEnd.local.keysRotated();
        assertNotEquals(Question.KEYS, backEnd.local.look(NEXT, backEnd.now()));
        assertEquals(Question.KEYS, backEnd.local.look(STRANGE, backEnd.now()));
    }

    @Test
    void a_rotation_while_the_set_is_read_makes_it_be_read_again() {
        BackEnd backEnd = live();
        int before = backEnd.local.rotation();
        backEnd.local.keysRotated();
        backEnd.local.keysRead(BackEnd.keys("first"), before, backEnd.now());
        assertTrue(backEnd.local.areKeysStale());
    }

    @Test
    void an_event_without_an_end_is_given_up() {
        ByteBuffer line = ByteBuffer.wrap("data: xx\n".repeat(EventParser.LONGEST_EVENT).getBytes(StandardCharsets.UTF_8));
        assertThrows(BrokenStreamException.class, () -> new EventParser().feed(line, event -> { }));
    }

    @Test
    void a_character_that_is_cut_between_two_pieces_is_one() throws BrokenStreamException {
        List<String> heard = new ArrayList<>();
        EventParser parser = new EventParser();
        for (byte one : "data: 微信\n\n".getBytes(StandardCharsets.UTF_8)) {
            parser.feed(ByteBuffer.wrap(new byte[] {one}), event -> heard.add(event.data()));
        }
        assertEquals(List.of("微信"), heard);
    }

    @Test
    void delays_double_up_to_a_bound_and_begin_anew_after_what_worked() {
        Backoff backoff = new Backoff();
        assertEquals(Duration.ofMillis(100), backoff.delay(1));
        assertEquals(Duration.ofMillis(200), backoff.delay(1));
        for (int time = 0; time < 10; time++) {
            backoff.delay(0);
        }
        assertEquals(Backoff.LONGEST.dividedBy(2), backoff.delay(0));
        backoff.worked();
        assertEquals(Backoff.FIRST.dividedBy(2), backoff.delay(0));
    }

    @Test
    void keys_that_cannot_be_used_are_passed_over() throws Json.ShapeException {
        Map<String, Object> empty = Map.of("kid", "b", "alg", "EdDSA", "kty", "OKP");
        List<Object> odd = new ArrayList<>(List.of("x", Map.of(), Map.of("kid", "a"), empty));
        odd.addAll(Vectors.list(Vectors.object(Vectors.read("keys"), "first"), "keys"));
        KeySet keys = KeySet.read(Map.of("keys", odd));
        assertTrue(keys.knows("ed25519-today"));
        assertFalse(keys.knows("a") || keys.knows("b"));
        assertThrows(Json.ShapeException.class, () -> KeySet.read(Map.of()));
    }
}
