package org.portico;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.portico.Finding.Known;
import org.portico.Finding.Question;

/** Tokens and the feed, as every back-end SDK understands them. */
class VectorsTest {
    private final Map<String, Object> tokens = Vectors.read("tokens");
    private final Map<String, Object> feed = Vectors.read("feed");

    @TestFactory
    Stream<DynamicTest> tokens() {
        return Vectors.tests(Vectors.list(tokens, "cases"), this::token);
    }

    private void token(Map<String, Object> one) {
        double now = ((Number) one.getOrDefault("now", tokens.get("now"))).doubleValue();
        BackEnd backEnd = new BackEnd(tokens, now, 100).live();
        String token = (String) one.get("token");
        if (one.containsKey("invalid")) {
            assertThrows(InvalidTokenException.class, () -> backEnd.ask(token));
        } else {
            Caller caller = assertInstanceOf(Known.class, backEnd.ask(token)).caller();
            assertEquals(caller(Vectors.object(one, "valid")), caller);
        }
        if (one.get("key_set_reads") instanceof Number reads) {
            assertEquals(reads.intValue(), backEnd.keySetReads);
        }
    }

    @TestFactory
    Stream<DynamicTest> tokensByASilentFeed() {
        var invalid = Vectors.list(tokens, "cases").stream().filter(one -> one.containsKey("invalid")).toList();
        return Vectors.tests(invalid, one -> {
            double now = ((Number) one.getOrDefault("now", tokens.get("now"))).doubleValue();
            BackEnd backEnd = new BackEnd(tokens, now, 100);
            assertThrows(InvalidTokenException.class, () -> backEnd.ask((String) one.get("token")));
        });
    }

    private static Caller caller(Map<String, Object> valid) {
        Set<String> scopes = Set.copyOf(Vectors.words(valid, "allowed_scopes"));
        return new Caller(
                (String) valid.get("user_id"), scopes, (String) valid.get("session_id"), (String) valid.get("app_id"),
                moment(valid, "issued_at"), moment(valid, "expires_at"), (String) valid.get("token_id"),
                Optional.ofNullable((String) valid.get("actor")), scopes);
    }

    private static Instant moment(Map<String, Object> valid, String name) {
        return Instant.ofEpochSecond(((Number) valid.get(name)).longValue());
    }

    @TestFactory
    Stream<DynamicTest> feed() {
        return Vectors.tests(Vectors.list(feed, "cases"), one -> {
            BackEnd backEnd = new BackEnd(feed, 100);
            Vectors.list(one, "steps").forEach(step -> step(backEnd, step));
        });
    }

    private void step(BackEnd backEnd, Map<String, Object> step) {
        backEnd.elapsed = Duration.ofMillis(((Number) step.get("at")).longValue());
        backEnd.timeOfDay = step.get("wall") instanceof Number wall ? Duration.ofMillis(wall.longValue()) : null;
        if (step.containsKey("open")) {
            assertEquals(Optional.ofNullable(step.get("last_event_id")), backEnd.open());
        } else if (step.get("bytes") instanceof String bytes) {
            backEnd.hear(bytes);
        } else if (step.get("key_set_reads") instanceof Number reads) {
            assertEquals(reads.intValue(), backEnd.keySetReads);
        } else if (step.containsKey("ask")) {
            String token = (String) Vectors.object(feed, "tokens").get(step.get("ask"));
            answer(backEnd, token, Vectors.object(step, "then"));
        }
    }

    private static void answer(BackEnd backEnd, String token, Map<String, Object> then) {
        if (then.containsKey("invalid")) {
            assertThrows(InvalidTokenException.class, () -> backEnd.ask(token));
        } else if (then.get("from").equals("introspection")) {
            assertEquals(Question.PORTICO, backEnd.ask(token));
        } else {
            Caller caller = assertInstanceOf(Known.class, backEnd.ask(token)).caller();
            assertEquals(Set.copyOf(Vectors.words(then, "allowed_scopes")), caller.allowedScopes());
            assertEquals(Set.copyOf(Vectors.words(then, "withdrawn")), caller.withdrawnScopes());
        }
    }
}
