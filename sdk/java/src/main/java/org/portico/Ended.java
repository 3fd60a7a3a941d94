package org.portico;

/**
 * What logout tokens ended. May be shared among threads.
 *
 * <p>It is kept apart from what the feed says: a logout may come first, and a feed that begins anew may hear of it later.
 */
final class Ended {
    private final Recent<Boolean> sessions = new Recent<>();
    // People all of whose sessions ended, with the last `iat` that this is about, in seconds since 1970.
    private final Recent<Double> people = new Recent<>();

    /** Refuses the tokens of what this ends from now on. */
    synchronized void mark(LogoutToken token, long steady) {
        sessions.forget(steady);
        people.forget(steady);
        Logout logout = token.logout();
        if (logout.sessionId().isPresent()) {
            sessions.put(logout.sessionId().get(), true, steady);
        } else {
            logout.userId().ifPresent(person -> {
                Double last = people.get(person);
                people.put(person, last == null ? token.issuedAt() : Math.max(last, token.issuedAt()), steady);
            });
        }
    }

    /** Whether a token belongs to what ended. */
    synchronized boolean covers(Caller caller) {
        Double until = people.get(caller.userId());
        return sessions.has(caller.sessionId())
                || until != null && caller.issuedAt().toEpochMilli() <= Math.round(until * 1000);
    }
}
