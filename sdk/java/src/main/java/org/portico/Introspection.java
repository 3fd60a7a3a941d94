package org.portico;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.portico.Signed.NotSignedException;

/** What Portico answers when it is asked about a token (RFC 7662 §2.2). */
final class Introspection {
    private Introspection() {}

    /**
     * Whom the token names, by an answer about it.
     *
     * @throws InvalidTokenException if it is not active
     * @throws UnavailableException if the answer is none
     */
    static Caller caller(String token, Map<String, Object> answer, String issuer, String appId) {
        if (!(answer.get("active") instanceof Boolean active)) {
            throw new UnavailableException("an answer about a token that cannot be read");
        }
        if (!active) {
            throw new InvalidTokenException();
        }
        try {
            // Portico has just vouched for every byte of it. Only the token says what it was given with.
            Map<String, Object> claims = Signed.claimsUnverified(token);
            if (claims.containsKey("cnf") || answer.containsKey("cnf")) {
                throw new InvalidTokenException();
            }
            if (!issuer.equals(answer.get("iss")) || !appId.equals(answer.get("aud"))) {
                throw new UnavailableException("an answer about another token");
            }
            Optional<String> actor = LaunchToken.actor(answer.containsKey("act") ? answer : claims);
            Set<String> given = LaunchToken.scopes(claims);
            return LaunchToken.caller(answer, appId, actor, given, LaunchToken.scopes(answer));
        } catch (NotSignedException | Json.ShapeException why) {
            throw new UnavailableException("an answer about a token that cannot be read");
        }
    }

    /** A {@code Retry-After} in seconds (RFC 9110 §10.2.3); one second where it says nothing of use. */
    static Duration retryAfter(Optional<String> header) {
        long seconds = header.filter(text -> text.matches("[0-9]{1,6}")).map(Long::parseLong).orElse(1L);
        return Duration.ofSeconds(Math.min(Math.max(seconds, 1), 3600));
    }
}
