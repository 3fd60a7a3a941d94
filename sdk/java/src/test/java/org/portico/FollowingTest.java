package org.portico;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The client before an issuer that is made up and has a feed. */
class FollowingTest {
    @Test
    void rotated_keys_that_could_not_be_read_are_read_with_a_later_ping() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        AtomicBoolean fails = new AtomicBoolean();
        AtomicLong nanos = new AtomicLong();
        BlockingQueue<String> said = new LinkedBlockingQueue<>(List.of(BackEnd.LIVE));
        HttpServer live = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String url = "http://127.0.0.1:" + live.getAddress().getPort();
        live.setExecutor(Executors.newCachedThreadPool());
        live.createContext("/.well-known/oauth-authorization-server", request -> ClientTest.send(request, 200, Map.of(
                "issuer", url, "jwks_uri", url + "/jwks", "introspection_endpoint", url + "/introspect")));
        live.createContext("/jwks", request -> {
            reads.incrementAndGet();
            ClientTest.send(request, fails.get() ? 503 : 200, Vectors.object(Vectors.read("keys"), "first"));
        });
        live.createContext("/v1/feed", request -> {
            request.getResponseHeaders().set("content-type", "text/event-stream");
            request.sendResponseHeaders(200, 0);
            try (OutputStream out = request.getResponseBody()) {
                while (true) {
                    out.write(said.take().getBytes(StandardCharsets.UTF_8));
                    out.flush();
                }
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
        });
        live.start();
        Settings settings = new Settings(url, "org.example.taxi", "secret", Duration.ofSeconds(5), 10);
        try (Portico following = new Portico(settings, HttpClient.newHttpClient(), () -> new Now(0, nanos.get()))) {
            following.start();
            await(() -> reads.get() == 1);
            fails.set(true);
            said.add("event: keys_rotated\ndata: {}\n\n");
            await(() -> reads.get() == 2);
            fails.set(false);
            // Until the failure is known and a second has passed, a ping has nothing read.
            await(() -> {
                nanos.addAndGet(Local.FAILURE_KEPT);
                said.add(BackEnd.PING);
                return reads.get() == 3;
            });
        } finally {
            live.stop(0);
        }
    }

    private static void await(BooleanSupplier found) throws InterruptedException {
        Instant limit = Instant.now().plusSeconds(20);
        while (!found.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(limit));
            Thread.sleep(5);
        }
    }
}
