package org.portico;

import java.util.List;

/** The token is good, but not for this (RFC 6750 §3.1). HTTP status 403. */
public class InsufficientScopeException extends PorticoException {
    private final transient List<String> missing;

    InsufficientScopeException(List<String> missing) {
        super("needs " + String.join(" ", missing));
        this.missing = List.copyOf(missing);
    }

    /**
     * What is asked for and does not hold.
     *
     * @return the scopes, in the order in which they were asked for
     */
    public List<String> missing() {
        return missing;
    }

    /**
     * Whether the token was given with all of it, and the person has withdrawn it since.
     *
     * @return true for a {@link ScopeWithdrawnException} alone
     */
    public boolean isWithdrawn() {
        return false;
    }
}
