package org.portico;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.portico.Signed.NotSignedException;

/**
 * The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).
 *
 * @param logout what it ends
 * @param tokenId its own id
 * @param until when it expires, in seconds since 1970
 * @param issuedAt when it was issued, in seconds since 1970
 */
record LogoutToken(Logout logout, String tokenId, double until, double issuedAt) {
    private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
    private static final Duration LONGEST_LIFE = Duration.ofMinutes(30);

    static Signed read(String token) throws NotSignedException {
        return Signed.read(token, "logout+jwt", List.of("RS256", "ES256", "EdDSA"));
    }

    /** Reads a logout token by §2.6, whoever signed it. */
    static LogoutToken claimed(Signed token, String issuer, String appId, double wall) throws NotSignedException {
        Map<String, Object> claims = token.claims();
        Signed.checkStanding(claims, issuer, appId, wall, LONGEST_LIFE);
        boolean ends = claims.get("events") instanceof Map<?, ?> events && events.get(EVENT) instanceof Map<?, ?>;
        // §2.4: a nonce is prohibited, so that no ID token can be passed off as a logout token.
        if (!ends || claims.containsKey("nonce") || !(claims.containsKey("sid") || claims.containsKey("sub"))) {
            throw new NotSignedException("no logout token");
        }
        try {
            Logout logout = new Logout(Json.textIfAny(claims, "sid"), Json.textIfAny(claims, "sub"));
            return new LogoutToken(logout, Json.text(claims, "jti"), Json.seconds(claims, "exp"), Json.seconds(claims, "iat"));
        } catch (Json.ShapeException why) {
            throw new NotSignedException("a claim is missing");
        }
    }

    /** The ids that were seen, for as long as they could come again. May be shared among threads. */
    static final class Once {
        private final Map<String, Double> seen = new LinkedHashMap<>();

        /** Whether this one is seen for the first time. */
        synchronized boolean isFirst(LogoutToken token, double wall) {
            var ends = seen.values().iterator();
            while (ends.hasNext() && ends.next() <= wall) {
                ends.remove();
            }
            return seen.putIfAbsent(token.tokenId, token.until) == null;
        }
    }
}
