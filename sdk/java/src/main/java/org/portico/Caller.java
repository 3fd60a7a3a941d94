package org.portico;

import java.security.Principal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who calls, as far as this app may know: what a valid launch token says, as it holds now.
 *
 * @param userId the person's OpenID at this app ({@code sub}): always the same, and unknown to every other app
 * @param allowedScopes what the person allows now: a scope that was withdrawn is missing already
 * @param sessionId the session's id at this app ({@code sid}), as a logout token names it
 * @param appId this app ({@code aud})
 * @param issuedAt when the token was given
 * @param expiresAt when the token stops being good
 * @param tokenId the token's own id ({@code jti})
 * @param actor who acts for the person ({@code act.sub}, RFC 8693 §4.1): the host, or at a service the app
 * @param givenScopes what the token was given with
 */
public record Caller(
        String userId,
        Set<String> allowedScopes,
        String sessionId,
        String appId,
        Instant issuedAt,
        Instant expiresAt,
        String tokenId,
        Optional<String> actor,
        Set<String> givenScopes)
        implements Principal {
    /**
     * Keeps sets of its own, which nobody can change.
     *
     * @param userId {@code sub}
     * @param allowedScopes what holds now
     * @param sessionId {@code sid}
     * @param appId {@code aud}
     * @param issuedAt {@code iat}
     * @param expiresAt {@code exp}
     * @param tokenId {@code jti}
     * @param actor {@code act.sub}
     * @param givenScopes {@code scope} of the token
     */
    public Caller {
        allowedScopes = Set.copyOf(allowedScopes);
        givenScopes = Set.copyOf(givenScopes);
    }

    /** The person's OpenID at this app. */
    @Override
    public String getName() {
        return userId;
    }

    /**
     * Whether all of these scopes hold now.
     *
     * @param scopes what is asked about
     * @return true if none is missing
     */
    public boolean has(String... scopes) {
        return allowedScopes.containsAll(Arrays.asList(scopes));
    }

    /**
     * What the token was given with, and the person has withdrawn since.
     *
     * @return the scopes that no longer hold
     */
    public Set<String> withdrawnScopes() {
        return givenScopes.stream()
                .filter(scope -> !allowedScopes.contains(scope))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns if all of these scopes hold now.
     *
     * @param scopes what is needed
     * @throws ScopeWithdrawnException if every missing one was given with the token and withdrawn since
     * @throws InsufficientScopeException if at least one was never given
     */
    public void require(String... scopes) {
        require(Arrays.asList(scopes));
    }

    /**
     * Returns if all of these scopes hold now.
     *
     * @param scopes what is needed
     * @throws ScopeWithdrawnException if every missing one was given with the token and withdrawn since
     * @throws InsufficientScopeException if at least one was never given
     */
    public void require(List<String> scopes) {
        List<String> missing = scopes.stream().filter(scope -> !allowedScopes.contains(scope)).toList();
        if (!missing.isEmpty()) {
            throw givenScopes.containsAll(missing)
                    ? new ScopeWithdrawnException(missing)
                    : new InsufficientScopeException(missing);
        }
    }

    Caller allowing(Set<String> scopes) {
        return new Caller(userId, scopes, sessionId, appId, issuedAt, expiresAt, tokenId, actor, givenScopes);
    }
}
