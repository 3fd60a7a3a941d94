package org.portico;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jose4j.json.JsonUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client before an issuer that is made up and has no feed. */
class ClientTest {
    private static final String APP = "org.example.taxi";
    private static final long NOW = System.currentTimeMillis() / 1000;

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    // No keys: what may be good is asked about.
    private String token;
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
                "iat", NOW, "exp", NOW + 600, "jti", "jti_1"));
        token = token(Map.of());
        server.createContext("/.well-known/oauth-authorization-server", request -> send(request, 200, metadata));
        server.createContext("/jwks", request -> send(request, 503, Map.of()));
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

    /** A token that may be good, as far as anybody can tell who has no keys, but for these claims. */
    private String token(Map<String, Object> other) {
        Map<String, Object> claims = new HashMap<>(Map.of(
                "iss", issuer, "aud", APP, "sub", "o-ana", "sid", "s-1", "jti", "jti_1", "iat", NOW, "exp", NOW + 600,
                "scope", "openid profile.basic phone.verified", "act", Map.of("sub", "super.app")));
        claims.putAll(other);
        return part(Map.of("typ", "at+jwt", "alg", "EdDSA", "kid", "x")) + "." + part(claims) + ".eA";
    }

    private static String part(Map<String, Object> value) {
        byte[] json = JsonUtil.toJson(value).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json);
    }

    @ParameterizedTest
    @CsvSource({"body", "head", "silence"})
    void an_answer_that_does_not_come_in_time_is_none(String which) throws IOException {
        String head = "HTTP/1.1 200 OK\r\n" + (which.equals("head") ? "" : "content-length: 100000\r\n\r\n");
        String drop = Map.of("body", " ", "head", "x: y\r\n", "silence", "").get(which);
        try (ServerSocket slow = Trickle.serve(head, drop);
                Portico hasty = Portico.builder(issuer, APP, "s").timeout(Duration.ofMillis(300)).build()) {
            metadata.put("introspection_endpoint", "http://127.0.0.1:" + slow.getLocalPort() + "/");
            assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
                assertThrows(UnavailableException.class, () -> hasty.validate(token));
            });
        }
    }

    @Test
    void an_answer_that_is_too_long_is_none() {
        answer.put("padding", "x".repeat(Text.LONGEST));
        assertThrows(UnavailableException.class, () -> portico.validate(token));
    }

    @Test
    void three_hundred_tokens_that_were_never_good_are_no_question_of_a_silent_feed() {
        for (int number = 0; number < 100; number++) {
            for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                    Map.of("aud", "org.example." + number), Map.of("iat", number, "exp", number + 1),
                    Map.of("iss", "https://id.example/" + number))) {
                assertThrows(InvalidTokenException.class, () -> portico.validate(token(wrong)));
            }
        }
        assertEquals(0, asked.size());
    }

    static void send(HttpExchange request, int status, Map<String, Object> document) throws IOException {
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
        Caller caller = portico.validate(token);
        assertEquals("o-ana", caller.userId());
        assertEquals(Set.of("openid", "profile.basic"), caller.allowedScopes());
        assertEquals(Set.of("phone.verified"), caller.withdrawnScopes());
        assertEquals(Optional.of("super.app"), caller.actor());
    }

    @Test
    void the_question_names_the_app_and_the_token() {
        portico.validate(token);
        assertEquals(List.of("Basic b3JnLmV4YW1wbGUudGF4aTpzZStjcmV0 token=" + token), List.copyOf(asked));
    }

    @Test
    void a_text_that_is_no_token_is_refused_without_a_question() {
        for (String text : List.of("", "x", "a.b.c", "ü.ü.ü", token + "\n")) {
            assertThrows(InvalidTokenException.class, () -> portico.validate(text));
        }
        assertEquals(0, asked.size());
    }

    @Test
    void an_inactive_token_is_refused() {
        answer = Map.of("active", false);
        assertThrows(InvalidTokenException.class, () -> portico.validate(token));
    }

    @Test
    void when_to_try_again_is_passed_on() {
        status = 503;
        UnavailableException why = assertThrows(UnavailableException.class, () -> portico.validate(token));
        assertEquals(Duration.ofSeconds(7), why.retryAfter());
    }

    @Test
    void an_answer_that_is_none_lets_nobody_in() {
        Map<String, Object> wrong =
                Map.of("active", "yes", "aud", "org.example.shop", "iss", "https://evil.example", "sub", "");
        wrong.forEach((name, value) -> {
            Object right = answer.put(name, value);
            assertThrows(UnavailableException.class, () -> portico.validate(token), name);
            answer.put(name, right);
        });
        status = 401;
        assertThrows(UnavailableException.class, () -> portico.validate(token));
        server.stop(0);
        assertThrows(UnavailableException.class, () -> portico.validate(token));
    }

    @Test
    void metadata_that_cannot_be_trusted_are_none() {
        Map<String, Object> wrong = Map.of(
                "issuer", "https://evil.example", "jwks_uri", "http://id.example/jwks",
                "introspection_endpoint", "//id.example/introspect");
        wrong.forEach((name, value) -> {
            Object right = metadata.put(name, value);
            assertThrows(UnavailableException.class, () -> portico.validate(token), name);
            metadata.put(name, right);
        });
        assertEquals(0, asked.size());
    }

    @Test
    void a_thread_that_is_interrupted_takes_the_answer_from_nobody() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        server.removeContext("/introspect");
        server.createContext("/introspect", request -> {
            begun.countDown();
            await(held);
            send(request, 200, answer);
        });
        Now still = Now.ofThisMachine();
        Settings settings = new Settings(issuer, APP, "secret", Duration.ofSeconds(5), 10);
        Portico calm = new Portico(settings, HttpClient.newHttpClient(), () -> still);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread first = new Thread(() -> {
            assertThrows(UnavailableException.class, () -> calm.validate(token));
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        first.start();
        begun.await();
        CompletableFuture<Caller> second = CompletableFuture.supplyAsync(() -> calm.validate(token));
        while (calm.askingUnverified.flying.values().iterator().next().getNumberOfDependents() < 2) {
            Thread.onSpinWait();
        }
        first.interrupt();
        assertTrue(interrupted.get(10, TimeUnit.SECONDS));
        held.countDown();
        assertEquals("o-ana", second.get(10, TimeUnit.SECONDS).userId());
    }

    @Test
    void a_thread_that_is_interrupted_fails_no_reading_of_the_keys() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        server.removeContext("/jwks");
        server.createContext("/jwks", request -> {
            asked.add("keys");
            begun.countDown();
            await(held);
            send(request, 200, Map.of("keys", List.of()));
        });
        Now still = Now.ofThisMachine();
        Settings settings = new Settings(issuer, APP, "secret", Duration.ofSeconds(5), 10);
        Portico calm = new Portico(settings, HttpClient.newHttpClient(), () -> still);
        Thread first = new Thread(() -> assertThrows(UnavailableException.class, () -> calm.validate(token)));
        first.start();
        begun.await();
        first.interrupt();
        first.join();
        held.countDown();
        // There are keys, none of which has signed it: nobody is asked, and nothing is unavailable.
        assertThrows(InvalidTokenException.class, () -> calm.validate(token));
    }

    @Test
    void while_the_keys_cannot_be_read_few_tokens_that_nobody_can_verify_are_asked_about_at_once() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        answer = Map.of("active", false);
        server.removeContext("/introspect");
        server.createContext("/introspect", request -> {
            asked.add("introspect");
            await(held);
            send(request, 200, answer);
        });
        Now still = Now.ofThisMachine();
        Settings settings = new Settings(issuer, APP, "secret", Duration.ofSeconds(5), 10);
        Portico calm = new Portico(settings, HttpClient.newHttpClient(), () -> still);
        ExecutorService pool = Executors.newFixedThreadPool(50);
        List<Future<Caller>> found = IntStream.range(0, 50)
                .mapToObj(number -> pool.submit(() -> calm.validate(token(Map.of("jti", "jti_" + number)))))
                .toList();
        while (found.stream().filter(Future::isDone).count() < 30) {
            Thread.onSpinWait();
        }
        held.countDown();
        Map<Class<?>, Integer> kinds = new HashMap<>();
        for (Future<Caller> one : found) {
            Throwable why = assertThrows(ExecutionException.class, () -> one.get(10, TimeUnit.SECONDS)).getCause();
            kinds.merge(why.getClass(), 1, Integer::sum);
        }
        pool.shutdown();
        assertEquals(Map.of(InvalidTokenException.class, 20, UnavailableException.class, 30), kinds);
        assertEquals(20, asked.size());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException why) {
            throw new IllegalStateException(why);
        }
    }
}
