package org.portico;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jose4j.json.JsonUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client before an issuer that is made up and has no feed. */
class ClientTest {
    private static final String APP = "org.example.taxi";
    private static final String ANA = (String) Vectors.object(Vectors.read("feed"), "tokens").get("ana");

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private String issuer;
    private Portico portico;
    private int status = 200;
    private Map<String, Object> metadata;
    private Map<String, Object> answer;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer = "http://127.0.0.1:" + server.getAddress().getPort();
        metadata = new HashMap<>(Map.of(
                "issuer", issuer, "jwks_uri", issuer + "/jwks", "introspection_endpoint", issuer + "/introspect"));
        answer = new HashMap<>(Map.of(
                "active", true, "iss", issuer, "aud", APP, "sub", "o-ana", "scope", "openid profile.basic", "sid", "s-1",
                "iat", 1_800_000_000, "exp", 1_800_001_800, "jti", "jti_1"));
        server.createContext("/.well-known/oauth-authorization-server", request -> send(request, 200, metadata));
        server.createContext("/jwks", request -> send(request, 200, Vectors.object(Vectors.read("keys"), "first")));
        server.createContext("/introspect", request -> {
            String body = new String(request.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(request.getRequestHeaders().getFirst("authorization") + " " + body);
            request.getResponseHeaders().set("retry-after", "7");
            send(request, status, answer);
        });
        server.createContext("/v1/feed", request -> send(request, 503, Map.of()));
        server.start();
        portico = Portico.builder(issuer, APP, "se cret").build();
    }

    private static void send(HttpExchange request, int status, Map<String, Object> document) throws IOException {
        byte[] body = JsonUtil.toJson(document).getBytes(StandardCharsets.UTF_8);
        request.sendResponseHeaders(status, body.length);
        request.getResponseBody().write(body);
        request.close();
    }

    @AfterEach
    void stop() {
        portico.close();
        server.stop(0);
    }

    @Test
    void what_introspection_says_is_what_the_caller_may() {
        Caller caller = portico.validate(ANA);
        assertEquals("o-ana", caller.userId());
        assertEquals(Set.of("openid", "profile.basic"), caller.allowedScopes());
        assertEquals(Set.of("phone.verified"), caller.withdrawnScopes());
        assertEquals(Optional.of("super.app"), caller.actor());
    }

    @Test
    void the_question_names_the_app_and_the_token() {
        portico.validate(ANA);
        assertEquals(List.of("Basic b3JnLmV4YW1wbGUudGF4aTpzZStjcmV0 token=" + ANA), List.copyOf(asked));
    }

    @Test
    void a_text_that_is_no_token_is_refused_without_a_question() {
        for (String text : List.of("", "x", "a.b.c", "ü.ü.ü", ANA + "\n")) {
            assertThrows(InvalidTokenException.class, () -> portico.validate(text));
        }
        assertEquals(0, asked.size());
    }

    @Test
    void an_inactive_token_is_refused() {
        answer = Map.of("active", false);
        assertThrows(InvalidTokenException.class, () -> portico.validate(ANA));
    }

    @Test
    void when_to_try_again_is_passed_on() {
        status = 503;
        UnavailableException why = assertThrows(UnavailableException.class, () -> portico.validate(ANA));
        assertEquals(Duration.ofSeconds(7), why.retryAfter());
    }

    @Test
    void an_answer_that_is_none_lets_nobody_in() {
        Map<String, Object> wrong =
                Map.of("active", "yes", "aud", "org.example.shop", "iss", "https://evil.example", "sub", "");
        wrong.forEach((name, value) -> {
            Object right = answer.put(name, value);
            assertThrows(UnavailableException.class, () -> portico.validate(ANA), name);
            answer.put(name, right);
        });
        status = 401;
        assertThrows(UnavailableException.class, () -> portico.validate(ANA));
        server.stop(0);
        assertThrows(UnavailableException.class, () -> portico.validate(ANA));
    }

    @Test
    void metadata_that_cannot_be_trusted_are_none() {
        Map<String, Object> wrong = Map.of(
                "issuer", "https://evil.example", "jwks_uri", "http://id.example/jwks",
                "introspection_endpoint", "//id.example/introspect");
        wrong.forEach((name, value) -> {
            Object right = metadata.put(name, value);
            assertThrows(UnavailableException.class, () -> portico.validate(ANA), name);
            metadata.put(name, right);
        });
        assertEquals(0, asked.size());
    }

    @Test
    void aQuestionIsJoinedOnlyWithinTheSecondInWhichItWasAsked() {
        String asked = Portico.withinSecond("t", new Now(0, 7_000_000_000L));
        assertEquals(asked, Portico.withinSecond("t", new Now(0, 7_999_999_999L)));
        assertNotEquals(asked, Portico.withinSecond("t", new Now(0, 8_000_000_000L)));
        assertNotEquals(asked, Portico.withinSecond("u", new Now(0, 7_000_000_000L)));
    }

    @Test
    void threads_that_ask_the_same_meanwhile_share_one_answer() throws Exception {
        Flights<Integer> flights = new Flights<>();
        CountDownLatch allWait = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<Integer>> answers = IntStream.range(0, 8)
                .mapToObj(number -> pool.submit(() -> flights.join("a", () -> {
                    asked.add("once");
                    await(allWait);
                    return 7;
                })))
                .toList();
        while (flights.flying.isEmpty() || flights.flying.get("a").getNumberOfDependents() < 7) {
            Thread.onSpinWait();
        }
        allWait.countDown();
        for (Future<Integer> one : answers) {
            assertEquals(7, one.get(10, TimeUnit.SECONDS));
        }
        pool.shutdown();
        assertEquals(List.of("once"), List.copyOf(asked));
        assertEquals(8, flights.join("a", () -> 8));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException why) {
            throw new IllegalStateException(why);
        }
    }

    @Test
    void what_cannot_work_is_refused_at_once() {
        for (String wrong : List.of("http://id.example", "id.example", "https://id.example?x", "ftp://id.example")) {
            assertThrows(IllegalArgumentException.class, () -> Portico.builder(wrong, "a", "s").build(), wrong);
        }
        assertThrows(IllegalArgumentException.class, () -> Portico.builder(issuer, "", "s").build());
        assertThrows(IllegalArgumentException.class, () -> Portico.builder(issuer, "a", "").build());
        assertThrows(IllegalArgumentException.class, () -> Portico.builder(issuer, "a", "s").timeout(Duration.ZERO).build());
        assertThrows(IllegalArgumentException.class, () -> Portico.builder(issuer, "a", "s").rememberedTokens(0).build());
    }

    @Test
    void nothing_that_is_printed_holds_the_secret() {
        assertFalse(new Settings(issuer, APP, "se cret", Duration.ofSeconds(1), 1).toString().contains("cret"));
    }
}
