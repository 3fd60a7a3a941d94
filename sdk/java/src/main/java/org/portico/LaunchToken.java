package org.portico;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.portico.Signed.NotSignedException;

/** The launch token (RFC 9068): what it says for itself, whatever has happened since. */
final class LaunchToken {
    /** No launch token lives longer. */
    static final Duration LONGEST_LIFE = Duration.ofMinutes(30);

    private LaunchToken() {}

    static Signed read(String token) throws NotSignedException {
        return Signed.read(token, "at+jwt", List.of("EdDSA"));
    }

    /** Whom the token names, as it was when it was given, if its signature is good: whoever signed it. */
    static Caller claimed(Signed token, String issuer, String appId, double wall) throws NotSignedException {
        Map<String, Object> claims = token.claims();
        Signed.checkStanding(claims, issuer, appId, wall, LONGEST_LIFE);
        // RFC 7800: a token bound to a key says nothing about whoever merely bears it.
        if (claims.containsKey("cnf")) {
            throw new NotSignedException("bound to a key");
        }
        try {
            Set<String> scopes = scopes(claims);
            return caller(claims, appId, actor(claims), scopes, scopes);
        } catch (Json.ShapeException why) {
            throw new NotSignedException("a claim is missing");
        }
    }

    /** Whom these claims name to this app, of a token or of an introspection. */
    static Caller caller(
            Map<String, Object> claims, String appId, Optional<String> actor, Set<String> given, Set<String> allowed)
            throws Json.ShapeException {
        return new Caller(
                Json.text(claims, "sub"), allowed, Json.text(claims, "sid"), appId,
                moment(claims, "iat"), moment(claims, "exp"), Json.text(claims, "jti"), actor, given);
    }

    /** Who acts for the person (RFC 8693 §4.1), where anybody is named. */
    static Optional<String> actor(Map<String, Object> claims) throws Json.ShapeException {
        if (!(claims.get("act") instanceof Map<?, ?> act)) {
            return Optional.empty();
        }
        if (act.get("sub") instanceof String sub && !sub.isEmpty()) {
            return Optional.of(sub);
        }
        throw new Json.ShapeException("no actor");
    }

    /** The scopes (RFC 8693 §4.2); none at all is a set of none. */
    static Set<String> scopes(Map<String, Object> claims) throws Json.ShapeException {
        if (!claims.containsKey("scope")) {
            return Set.of();
        }
        if (claims.get("scope") instanceof String scope) {
            return words(scope);
        }
        throw new Json.ShapeException("no scope");
    }

    static Set<String> words(String scope) {
        return Arrays.stream(scope.split(" ")).filter(word -> !word.isEmpty()).collect(Collectors.toUnmodifiableSet());
    }

    /** What is left when only these scopes hold. */
    static Caller narrowed(Caller caller, Set<String> scopes) {
        if (scopes.containsAll(caller.givenScopes())) {
            return caller;
        }
        return caller.allowing(caller.givenScopes().stream().filter(scopes::contains).collect(Collectors.toSet()));
    }

    private static Instant moment(Map<String, Object> claims, String name) throws Json.ShapeException {
        try {
            return Instant.ofEpochMilli(Math.round(Json.seconds(claims, name) * 1000));
        } catch (DateTimeException why) {
            throw new Json.ShapeException("no " + name);
        }
    }
}
