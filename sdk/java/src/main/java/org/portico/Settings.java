package org.portico;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** Who this back end is, and where Portico is. */
record Settings(String issuer, String appId, String clientSecret, Duration timeout, int rememberedTokens) {
    Settings {
        URI uri = URI.create(issuer);
        boolean http = "http".equals(uri.getScheme());
        if (!(http || "https".equals(uri.getScheme())) || uri.getHost() == null) {
            throw new IllegalArgumentException("issuer must be a URL");
        }
        if (uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException("issuer must be a URL without query");
        }
        if (http && !isLoopback(uri.getHost())) {
            throw new IllegalArgumentException("issuer must be https, unless it is on this machine");
        }
        if (appId.isEmpty() || clientSecret.isEmpty()) {
            throw new IllegalArgumentException("appId and clientSecret are needed");
        }
        if (timeout.isZero() || timeout.isNegative() || rememberedTokens < 1) {
            throw new IllegalArgumentException("timeout and rememberedTokens must be positive");
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("[::1]")
                || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    /** Where the issuer says where everything is (RFC 8414 §3.1). */
    URI metadata() {
        URI uri = URI.create(issuer);
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/$", "");
        return URI.create(
                uri.getScheme() + "://" + uri.getRawAuthority() + "/.well-known/oauth-authorization-server" + path);
    }

    URI feed() {
        return URI.create(issuer.replaceAll("/$", "") + "/v1/feed");
    }

    /** The app's credentials (RFC 6749 §2.3.1). */
    String authorization() {
        String pair = encoded(appId) + ":" + encoded(clientSecret);
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "Settings[issuer=" + issuer + ", appId=" + appId + "]";
    }
}
