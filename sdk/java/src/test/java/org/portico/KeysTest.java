package org.portico;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.portico.Finding.Known;
import org.portico.Finding.Question;

/** The issuer's keys: when they are read again, and what becomes of tokens that they signed. */
class KeysTest {
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

    private static KeySet withoutToday() throws Json.ShapeException {
        List<?> others = Vectors.list(Vectors.object(Vectors.read("keys"), "then"), "keys").stream()
                .filter(key -> !"ed25519-today".equals(key.get("kid")))
                .toList();
        return KeySet.read(Map.of("keys", others));
    }

    @Test
    void rotated_keys_that_could_not_be_read_are_read_at_a_later_word_of_the_feed_and_tried_once_a_second()
            throws Json.ShapeException {
        BackEnd backEnd = live();
        assertInstanceOf(Known.class, backEnd.ask(ANA));
        backEnd.areKeysSilent = true;
        backEnd.hear("event: keys_rotated\ndata: {}\n\n");
        long[][] steps = {{0, 2}, {999, 2}, {1000, 3}, {1999, 3}, {2000, 4}};
        for (long[] step : steps) {
            backEnd.elapsed = Duration.ofMillis(step[0]);
            backEnd.hear(BackEnd.PING);
            assertInstanceOf(Known.class, backEnd.ask(ANA));
            assertEquals(step[1], backEnd.keySetReads);
        }
        backEnd.areKeysSilent = false;
        backEnd.keySet = withoutToday();
        backEnd.elapsed = Duration.ofSeconds(3);
        backEnd.hear(BackEnd.PING);
        assertThrows(InvalidTokenException.class, () -> backEnd.ask(ANA));
        int reads = backEnd.keySetReads;
        backEnd.elapsed = Duration.ofSeconds(4);
        backEnd.hear(BackEnd.PING);
        assertEquals(reads, backEnd.keySetReads);
    }

    @Test
    void a_key_that_is_taken_away_in_silence_goes_once_the_set_is_five_minutes_old() throws Json.ShapeException {
        BackEnd backEnd = live();
        assertInstanceOf(Known.class, backEnd.ask(ANA));
        backEnd.areKeysSilent = true;
        long[][] steps = {{299, 1}, {300, 2}, {301, 3}};
        for (long[] step : steps) {
            backEnd.elapsed = Duration.ofSeconds(step[0]);
            backEnd.hear(BackEnd.PING);
            assertInstanceOf(Known.class, backEnd.ask(ANA));
            assertEquals(step[1], backEnd.keySetReads);
        }
        backEnd.areKeysSilent = false;
        backEnd.keySet = withoutToday();
        backEnd.elapsed = Duration.ofSeconds(302);
        backEnd.hear(BackEnd.PING);
        assertThrows(InvalidTokenException.class, () -> backEnd.ask(ANA));
    }

    @Test
    void a_token_is_verified_anew_where_another_key_is_published_under_its_keys_id() throws Json.ShapeException {
        BackEnd backEnd = live();
        assertInstanceOf(Known.class, backEnd.ask(ANA));
        List<Map<String, Object>> keys = Vectors.list(Vectors.object(Vectors.read("keys"), "then"), "keys");
        Map<String, Object> other = new HashMap<>(keys.stream()
                .filter(key -> "EdDSA".equals(key.get("alg")) && !"ed25519-today".equals(key.get("kid")))
                .findFirst()
                .orElseThrow());
        other.put("kid", "ed25519-today");
        List<Object> all = new ArrayList<>(keys);
        all.removeIf(key -> "ed25519-today".equals(((Map<?, ?>) key).get("kid")));
        all.add(other);
        backEnd.keySet = KeySet.read(Map.of("keys", all));
        backEnd.hear("event: keys_rotated\ndata: {}\n\n");
        assertThrows(InvalidTokenException.class, () -> backEnd.ask(ANA));
    }

    @Test
    void a_feed_that_begins_anew_has_keys_read_again_that_are_older_than_what_it_tells_of() {
        BackEnd backEnd = live();
        assertInstanceOf(Known.class, backEnd.ask(ANA));
        long[][] steps = {{59, 1}, {60, 2}, {119, 2}};
        for (long[] step : steps) {
            backEnd.elapsed = Duration.ofSeconds(step[0]);
            backEnd.hear(BackEnd.LIVE);
            assertEquals(step[1], backEnd.keySetReads);
        }
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
