package org.portico;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/** The questions to Portico, one request each. */
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
     * Asks about a token.
     *
     * @throws InvalidTokenException if it is not active
     * @throws UnavailableException if Portico gives no answer
     */
    Caller introspect(String token) {
        HttpRequest.Builder request = request(places().introspection)
                .header("authorization", settings.authorization())
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("token=" + Settings.encoded(token)));
        return Introspection.caller(token, ask(request), settings.issuer(), settings.appId());
    }

    /**
     * Reads the key set.
     *
     * @throws UnavailableException if there is none
     */
    KeySet keys() {
        try {
            return KeySet.read(ask(request(places().keySet)));
        } catch (Json.ShapeException why) {
            throw new UnavailableException("a key set that cannot be read");
        }
    }

    private Places places() {
        Places known = places;
        if (known != null) {
            return known;
        }
        Map<String, Object> metadata = ask(request(settings.metadata()));
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
            places = new Places(keySet, introspection);
            return places;
        } catch (Json.ShapeException | IllegalArgumentException why) {
            throw new UnavailableException("the issuer's metadata lacks an https address");
        }
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(settings.timeout()).header("accept", "application/json");
    }

    private Map<String, Object> ask(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new UnavailableException(
                        "Portico answered with status " + response.statusCode(),
                        Introspection.retryAfter(response.headers().firstValue("retry-after")));
            }
            return Json.object(response.body());
        } catch (IOException why) {
            throw new UnavailableException("Portico cannot be reached: " + why.getClass().getSimpleName(), why);
        } catch (InterruptedException why) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while Portico was asked", why);
        } catch (Json.ShapeException why) {
            throw new UnavailableException("an answer of Portico's that is no JSON");
        }
    }
}
