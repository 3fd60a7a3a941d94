package org.portico;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.portico.EventParser.BrokenStreamException;
import org.portico.EventParser.Event;

/** What the feed has said: the ends and changes that still matter. May be shared among threads. */
final class Feed {
    /** For how long of silence what the feed has said is relied on. */
    static final long SILENCE = Duration.ofSeconds(2).toNanos();

    /** How often it is looked whether the process stands. */
    static final Duration LOOKS = Duration.ofMillis(250);

    private final Recent<Boolean> ended = new Recent<>();
    private final Recent<Boolean> revoked = new Recent<>();
    private final Recent<Set<String>> granted = new Recent<>();
    // Few sets of scopes occur; each is kept once.
    private final Map<String, Set<String>> sets = new HashMap<>();
    private boolean caughtUp;
    private boolean reliedOn;
    private boolean suspended;
    // Whether it was the present connection that said so.
    private boolean saidSuspended;
    private Now heardAt;
    private Now lookBefore;
    private Now look;
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
        saidSuspended = false;
    }

    /** Relies on nothing that was said: the next connection begins anew. */
    synchronized void broken() {
        caughtUp = false;
        reliedOn = false;
        lastId = null;
    }

    /**
     * Whether every token is refused, since the app is suspended. That ends the feed: once it is silent, Portico is asked,
     * which knows at once when the app is resumed.
     */
    synchronized boolean refusesAll(Now now) {
        return suspended && isHeard(now);
    }

    private boolean isHeard(Now now) {
        return reliedOn && heardAt != null && now.since(heardAt) < SILENCE;
    }

    /**
     * What is left of what a verified token says.
     *
     * @return empty where the feed is not current
     * @throws InvalidTokenException if its session is over, it was revoked, or nothing of its person or app is good
     */
    synchronized Optional<Caller> judge(Caller caller, Now now) {
        if (!isHeard(now)) {
            return Optional.empty();
        }
        if (suspended) {
            throw new InvalidTokenException();
        }
        Set<String> grant = granted.get(caller.userId());
        boolean over = ended.has(caller.sessionId()) || revoked.has(caller.tokenId());
        if (over || (grant != null && grant.isEmpty())) {
            throw new InvalidTokenException();
        }
        return Optional.of(grant == null ? caller : LaunchToken.narrowed(caller, grant));
    }

    /**
     * Takes in one event of the current connection.
     *
     * @return whether the key set is to be read again
     * @throws BrokenStreamException if it is not what Portico says; nothing is to be relied on
     */
    synchronized boolean hear(Event event, Now now) throws BrokenStreamException {
        try {
            takeIn(event, now.steady());
        } catch (Json.ShapeException why) {
            broken();
            throw new BrokenStreamException("an event that cannot be read");
        }
        if (caughtUp) {
            heardAt = lookBefore == null ? now : lookBefore;
        }
        if (event.id() != null) {
            lastId = event.id().isEmpty() ? null : event.id();
        }
        forget(now.steady());
        return event.name().equals("keys_rotated");
    }

    /**
     * Is told that time goes on here, at least as often as every {@link #LOOKS}. Whatever is read after a look came after the
     * look before that one, between which what came was taken in: a word counts from then on, since it may have waited for
     * as long as the process stood.
     */
    synchronized void looked(Now now) {
        if (look == null || now.since(look) >= LOOKS.toNanos()) {
            lookBefore = look;
            look = now;
        }
    }

    private void takeIn(Event event, long steady) throws Json.ShapeException {
        switch (event.name()) {
            case "reset" -> reset();
            case "caught_up" -> {
                caughtUp = true;
                reliedOn = true;
                suspended = saidSuspended;
            }
            case "session_ended" -> ended.put(Json.text(Json.object(event.data()), "sid"), true, steady);
            case "token_revoked" -> revoked.put(Json.text(Json.object(event.data()), "jti"), true, steady);
            case "grant_changed" -> {
                Map<String, Object> data = Json.object(event.data());
                if (!(data.get("scope") instanceof String scope)) {
                    throw new Json.ShapeException("no scope");
                }
                Set<String> scopes = sets.computeIfAbsent(scope, LaunchToken::words);
                granted.put(Json.text(data, "sub"), scopes, steady);
            }
            case "app_suspended" -> {
                suspended = true;
                saidSuspended = true;
            }
            default -> { }
        }
    }

    private void reset() {
        caughtUp = false;
        reliedOn = false;
        suspended = false;
        saidSuspended = false;
        ended.clear();
        revoked.clear();
        granted.clear();
        sets.clear();
    }

    private void forget(long steady) {
        ended.forget(steady);
        revoked.forget(steady);
        granted.forget(steady);
        if (granted.size() == 0) {
            sets.clear();
        }
    }

    /** How many ends and changes are kept. */
    synchronized int size() {
        return ended.size() + revoked.size() + granted.size();
    }
}
