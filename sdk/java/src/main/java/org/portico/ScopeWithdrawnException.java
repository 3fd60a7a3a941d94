package org.portico;

import java.util.List;

/** The token was given with these scopes, and the person has withdrawn them since: go on with less. */
public final class ScopeWithdrawnException extends InsufficientScopeException {
    ScopeWithdrawnException(List<String> missing) {
        super(missing);
    }

    @Override
    public boolean isWithdrawn() {
        return true;
    }
}
