package org.portico;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** Who this back end is, and where Portico is. */
record Settings(String issuer, String appId, String clientSecret, Duration timeout, int rememberedTokens) {
    /** The longest that is waited for anything: what counts it in nanoseconds counts no further. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofNanos(Long.MAX_VALUE);

    Settings {
        URI uri = URI.create(issuer == null ? "" : issuer);
        if (!isSafe(uri) || uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException(
                    "issuer must be an https URL without query or user; http does on this machine alone");
        }
        if (appId == null || appId.isEmpty() || clientSecret == null || clientSecret.isEmpty()) {
            throw new IllegalArgumentException("appId and clientSecret are needed");
        }
        if (timeout == null || timeout.isZero() || timeout.isNegative() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout must be more than nothing, and no longer than can be waited for");
        }
        if (rememberedTokens < 1) {
            throw new IllegalArgumentException("rememberedTokens must be positive");
        }
    }

    /** Whether what goes there is read by nobody else. */
    static boolean isSafe(URI uri) {
        String host = uri.getHost();
        return host != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()) && isLoopback(host));
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
