package org.portico;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.json.JsonUtil;
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

    private static BackEnd live() {
        return new BackEnd(FEED, 100).live();
    }

    private static Now minutes(double minutes) {
        return new Now(minutes * 60, Math.round(minutes * 60e9));
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
        double[][] steps = {{30.9, 3}, {40.9, 3}, {41, 2}, {51, 1}, {56, 0}};
        for (double[] step : steps) {
            feed.hear(event("ping", "{}"), minutes(step[0]));
            assertEquals((int) step[1], feed.size());
        }
    }

    @Test
    void a_hundred_thousand_live_grants_take_less_than_64_mb() throws BrokenStreamException {
        long before = used();
        Feed feed = new Feed();
        for (int number = 0; number < 100_000; number++) {
            String data = "{\"sub\":\"a-person-of-this-app-" + (10_000_000 + number) + "\",\"scope\":\"openid\"}";
            feed.hear(event("grant_changed", data), new Now(number / 1e9, number));
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
    void a_word_that_came_while_the_process_stood_brings_nothing_back_and_the_next_does() {
        BackEnd backEnd = live();
        passes(backEnd, 250, 3000);
        assertInstanceOf(Known.class, backEnd.ask(ANA));
        // It stands for five seconds. Whether it looks first or hears first, what waited is from before.
        for (long moment : new long[] {8000, 14_000}) {
            backEnd.elapsed = Duration.ofMillis(moment);
            if (moment == 8000) {
                backEnd.local.feed.looked(backEnd.now());
            }
            backEnd.hear(BackEnd.PING);
            assertEquals(Question.PORTICO, backEnd.ask(ANA));
            passes(backEnd, moment + 250, moment + 1000);
            assertInstanceOf(Known.class, backEnd.ask(ANA));
        }
    }

    private static void passes(BackEnd backEnd, long start, long end) {
        for (long moment = start; moment <= end; moment += 250) {
            backEnd.elapsed = Duration.ofMillis(moment);
            backEnd.local.feed.looked(backEnd.now());
            if (moment % 1000 == 0) {
                backEnd.hear(BackEnd.PING);
            }
        }
    }

    @Test
    void an_event_that_is_not_known_is_a_sign_of_life_whatever_it_says() {
        for (String data : List.of("\"hello\"", "[]", "1", "no JSON")) {
            BackEnd backEnd = live();
            backEnd.elapsed = Duration.ofMillis(1500);
            backEnd.hear("event: news\ndata: " + data + "\n\n");
            backEnd.elapsed = Duration.ofSeconds(3);
            assertInstanceOf(Known.class, backEnd.ask(ANA), data);
        }
    }

    @Test
    void a_feed_of_comments_alone_is_given_up_to_be_resumed() {
        BackEnd backEnd = live();
        backEnd.elapsed = Duration.ofMillis(4999);
        backEnd.hear(": still here\n\n");
        backEnd.hear(BackEnd.PING);
        backEnd.elapsed = Duration.ofMillis(9998);
        backEnd.hear(": still here\n\n");
        backEnd.elapsed = Duration.ofMillis(9999);
        assertThrows(UnavailableException.class, () -> backEnd.hear(": still here\n\n"));
        assertEquals(Optional.of("one"), backEnd.open());
    }

    @Test
    void a_burst_of_two_hundred_thousand_events_is_taken_in_within_the_bound() throws BrokenStreamException {
        Feed feed = new Feed();
        long before = System.nanoTime();
        for (int number = 0; number < 200_000; number++) {
            String data = "{\"sub\":\"a-person-of-this-app-" + number + "\",\"scope\":\"openid profile.basic\"}";
            feed.hear(event("grant_changed", data), new Now(0, 0));
        }
        assertTrue(System.nanoTime() - before < Feed.SILENCE);
    }

    @Test
    void objects_of_plain_texts_are_read_as_the_parser_reads_them() throws Exception {
        for (String text : List.of(
                "{\"a\":\"b\"}", "{ \"a\" : \"b\" , \"c\":\"\"\n}", "{\"ü\":\"微信\"}", "{}", " {\"a\":\"b\"} ", "{\"a\":\"\\u0062\"}",
                "{\"a\":\"b\",\"c\":1}", "{\"a\":{\"b\":\"c\"}}")) {
            assertEquals(JsonUtil.parseJson(text), Json.object(text), text);
        }
        for (String text : List.of(
                "", "{", "{\"a\":\"b\"", "{\"a\":\"b\"}}", "{\"a\":\"b\"{\"c\":\"d\"}", ",\"a\":\"b\"}", "{\"a\":\"b\",\"a\":\"c\"}",
                "{\"a\":\"b\"}x", "\"a\"", "[]")) {
            assertThrows(Json.ShapeException.class, () -> Json.object(text), text);
        }
    }

    @Test
    void a_word_that_was_heard_while_a_token_was_looked_at_is_no_silence() {
        BackEnd backEnd = live();
        Now before = backEnd.now();
        backEnd.elapsed = Duration.ofMillis(100);
        backEnd.hear(BackEnd.PING);
        backEnd.ask(ANA);
        assertInstanceOf(Known.class, backEnd.local.look(ANA, before));
    }

    @Test
    void an_audience_is_this_app_alone_in_a_list_or_not() throws Signed.NotSignedException {
        for (Object audience : List.of("taxi", List.of("taxi"))) {
            Signed.checkStanding(standing(audience), "portico", "taxi", 1, Duration.ofMinutes(1));
        }
        for (Object audience : List.of(List.of("taxi", "shop"), List.of("shop"), List.of(), Map.of("taxi", 1), "shop")) {
            assertThrows(
                    Signed.NotSignedException.class,
                    () -> Signed.checkStanding(standing(audience), "portico", "taxi", 1, Duration.ofMinutes(1)));
        }
    }

    private static Map<String, Object> standing(Object audience) {
        return Map.of("iss", "portico", "aud", audience, "iat", 0, "exp", 60);
    }

    @Test
    void what_was_logged_out_is_refused_where_the_feed_began_anew_and_where_it_is_silent() {
        for (int number : new int[] {0, 6, 7}) {
            BackEnd backEnd = live();
            assertInstanceOf(Known.class, backEnd.ask(ANA));
            String body = (String) Vectors.list(Vectors.read("logout"), "cases").get(number).get("body");
            assertTrue(backEnd.local.logOut(body.substring("logout_token=".length()), backEnd.now()).isPresent());
            backEnd.hear(BackEnd.LIVE);
            for (int seconds : new int[] {0, 60}) {
                backEnd.elapsed = Duration.ofSeconds(seconds);
                assertThrows(InvalidTokenException.class, () -> backEnd.ask(ANA));
            }
        }
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
}
