package org.portico;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The questions to Portico, one request each. None of them waits. */
final class Issuer {
    private record Places(URI keySet, URI introspection) {}

    private final Settings settings;
    private final HttpClient http;
    private volatile Places places;

    Issuer(Settings settings, HttpClient http) {
        this.settings = settings;
        this.http = http;
    }

    /**
     * Asks about a token. Fails with {@link InvalidTokenException} if it is not active, and with
     * {@link UnavailableException} if Portico gives no answer.
     */
    CompletableFuture<Caller> introspect(String token) {
        return places().thenCompose(known -> {
            HttpRequest.Builder request = request(known.introspection)
                    .header("authorization", settings.authorization())
                    .header("content-type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString("token=" + Settings.encoded(token)));
            return ask(request);
        }).thenApply(answer -> Introspection.caller(token, answer, settings.issuer(), settings.appId()));
    }

    /** Reads the key set. Fails with {@link UnavailableException} if there is none. */
    CompletableFuture<KeySet> keys() {
        return places().thenCompose(known -> ask(request(known.keySet))).thenApply(document -> {
            try {
                return KeySet.read(document);
            } catch (Json.ShapeException why) {
                throw new UnavailableException("a key set that cannot be read");
            }
        });
    }

    private CompletableFuture<Places> places() {
        Places known = places;
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        return ask(request(settings.metadata())).thenApply(metadata -> places = read(metadata));
    }

    private Places read(Map<String, Object> metadata) {
        if (!settings.issuer().equals(metadata.get("issuer"))) {
            throw new UnavailableException("the issuer's metadata names another issuer");
        }
        try {
            URI keySet = URI.create(Json.text(metadata, "jwks_uri"));
            URI introspection = URI.create(Json.text(metadata, "introspection_endpoint"));
            // The app's secret goes to one of them, and the keys are believed because of the other.
            if (!Settings.isSafe(keySet) || !Settings.isSafe(introspection)) {
                throw new Json.ShapeException("no https address");
            }
            return new Places(keySet, introspection);
        } catch (Json.ShapeException | IllegalArgumentException why) {
            throw new UnavailableException("the issuer's metadata lacks an https address");
        }
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(settings.timeout()).header("accept", "application/json");
    }

    private CompletableFuture<Map<String, Object>> ask(HttpRequest.Builder request) {
        CompletableFuture<HttpResponse<String>> asking = http.sendAsync(request.build(), head -> new Text());
        // The time-out of a request ends with the head of its answer.
        return asking.copy()
                .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, why) -> {
                    asking.cancel(true);
                    return read(response, why);
                });
    }

    private static Map<String, Object> read(HttpResponse<String> response, Throwable why) {
        if (why instanceof TimeoutException) {
            throw new UnavailableException("Portico did not answer in time", why);
        }
        if (why != null) {
            Throwable cause = why instanceof CompletionException ? why.getCause() : why;
            throw new UnavailableException("Portico cannot be reached: " + cause.getClass().getSimpleName(), cause);
        }
        if (response.statusCode() != 200) {
            throw new UnavailableException(
                    "Portico answered with status " + response.statusCode(),
                    Introspection.retryAfter(response.headers().firstValue("retry-after")));
        }
        try {
            return Json.object(response.body());
        } catch (Json.ShapeException shape) {
            throw new UnavailableException("an answer of Portico's that is no JSON");
        }
    }
}
