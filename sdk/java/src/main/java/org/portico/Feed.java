package org.portico;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.portico.EventParser.BrokenStreamException;
import org.portico.EventParser.Event;

/** What the feed has said: the ends and changes of the last half hour. May be shared among threads. */
final class Feed {
    /** For how long of silence what the feed has said is relied on. */
    static final long SILENCE = Duration.ofSeconds(2).toNanos();

    private static final long KEPT = LaunchToken.LONGEST_LIFE.toNanos();

    private record Grant(Set<String> scopes, long at) {}

    // In the order of the moments at which they were heard.
    private final Map<String, Long> ended = new LinkedHashMap<>();
    private final Map<String, Long> revoked = new LinkedHashMap<>();
    private final Map<String, Grant> granted = new LinkedHashMap<>();
    // Few sets of scopes occur; each is kept once.
    private final Map<String, Set<String>> sets = new HashMap<>();
    private boolean caughtUp;
    private boolean reliedOn;
    private boolean suspended;
    private long heardAt;
    private String lastId;

    /** Where to go on: the {@code Last-Event-ID} of the next connection. */
    synchronized Optional<String> lastId() {
        return Optional.ofNullable(lastId);
    }

    /** Whether the present connection has said everything up to now. */
    synchronized boolean hasCaughtUp() {
        return caughtUp;
    }

    /**
     * Begins a connection: until it has caught up, nothing that it says is a sign of life. What the connection before
     * said is relied on no longer than that one's silence allows.
     */
    synchronized void opened() {
        caughtUp = false;
    }

    /** Relies on nothing that was said: the next connection begins anew. */
    synchronized void broken() {
        caughtUp = false;
        reliedOn = false;
        lastId = null;
    }

    /** Whether an answer can be given without asking Portico. */
    synchronized boolean isCurrent(long steady) {
        return suspended || isHeard(steady);
    }

    private boolean isHeard(long steady) {
        long silence = steady - heardAt;
        return reliedOn && 0 <= silence && silence < SILENCE;
    }

    /**
     * What is left of what a verified token says.
     *
     * @return empty where the feed is not current
     * @throws InvalidTokenException if its session is over, it was revoked, or nothing of its person or app is good
     */
    synchronized Optional<Caller> judge(Caller caller, long steady) {
        if (suspended) {
            throw new InvalidTokenException();
        }
        if (!isHeard(steady)) {
            return Optional.empty();
        }
        Grant grant = granted.get(caller.userId());
        boolean over = ended.containsKey(caller.sessionId()) || revoked.containsKey(caller.tokenId());
        if (over || (grant != null && grant.scopes.isEmpty())) {
            throw new InvalidTokenException();
        }
        return Optional.of(grant == null ? caller : LaunchToken.narrowed(caller, grant.scopes));
    }

    /** Remembers that a session is over, from whomever that was heard. */
    synchronized void end(String sessionId, long steady) {
        putLast(ended, sessionId, steady);
    }

    /**
     * Takes in one event of the current connection.
     *
     * @return whether the key set is to be read again
     * @throws BrokenStreamException if it is not what Portico says; nothing is to be relied on
     */
    synchronized boolean hear(Event event, long steady) throws BrokenStreamException {
        try {
            takeIn(event.name(), Json.object(event.data()), steady);
        } catch (Json.ShapeException why) {
            broken();
            throw new BrokenStreamException("an event that cannot be read");
        }
        if (caughtUp) {
            heardAt = steady;
        }
        if (event.id() != null) {
            lastId = event.id().isEmpty() ? null : event.id();
        }
        forget(steady);
        return event.name().equals("keys_rotated");
    }

    private void takeIn(String name, Map<String, Object> data, long steady) throws Json.ShapeException {
        switch (name) {
            case "reset" -> reset();
            case "caught_up" -> {
                caughtUp = true;
                reliedOn = true;
                suspended = false;
            }
            case "session_ended" -> putLast(ended, Json.text(data, "sid"), steady);
            case "token_revoked" -> putLast(revoked, Json.text(data, "jti"), steady);
            case "grant_changed" -> {
                if (!(data.get("scope") instanceof String scope)) {
                    throw new Json.ShapeException("no scope");
                }
                Set<String> scopes = sets.computeIfAbsent(scope, LaunchToken::words);
                putLast(granted, Json.text(data, "sub"), new Grant(scopes, steady));
            }
            case "app_suspended" -> suspended = true;
            default -> { }
        }
    }

    private void reset() {
        caughtUp = false;
        reliedOn = false;
        suspended = false;
        ended.clear();
        revoked.clear();
        granted.clear();
        sets.clear();
    }

    private void forget(long steady) {
        dropWhile(ended.values().iterator(), steady);
        dropWhile(revoked.values().iterator(), steady);
        Iterator<Grant> grants = granted.values().iterator();
        while (grants.hasNext() && steady - grants.next().at >= KEPT) {
            grants.remove();
        }
        if (granted.isEmpty()) {
            sets.clear();
        }
    }

    private static void dropWhile(Iterator<Long> times, long steady) {
        while (times.hasNext() && steady - times.next() >= KEPT) {
            times.remove();
        }
    }

    private static <T> void putLast(Map<String, T> kept, String key, T value) {
        kept.remove(key);
        kept.put(key, value);
    }

    /** How many ends and changes are kept. */
    synchronized int size() {
        return ended.size() + revoked.size() + granted.size();
    }
}
