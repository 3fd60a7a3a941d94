package org.portico;

import java.time.Duration;
import java.util.Optional;
import org.portico.Finding.Known;
import org.portico.Finding.Question;
import org.portico.Signed.NotSignedException;

/** Everything that one app's back end knows by itself. May be shared among threads. */
final class Local {
    /** For how long a key id that nobody knows does not make the key set be read again. */
    static final long KEYS_REST = Duration.ofSeconds(10).toNanos();

    /** For how long a failure to read the key set is remembered, so that nobody waits for the same silence twice. */
    static final long FAILURE_KEPT = Duration.ofSeconds(1).toNanos();

    /** How old a key set may be for a feed that begins anew to tell of every rotation since. */
    static final long TOLD_BACK = Duration.ofMinutes(1).toNanos();

    /** How old a key set becomes while the feed is heard: a key is taken away in silence once its last token has expired. */
    static final long KEYS_KEPT = Duration.ofMinutes(5).toNanos();

    private record Failure(long at, UnavailableException why) {}

    final Feed feed = new Feed();
    private final String issuer;
    private final String appId;
    private final Remembered remembered;
    private final LogoutToken.Once used = new LogoutToken.Once();
    private final Ended ended = new Ended();
    private volatile KeySet keys;
    private Now readAt;
    private Failure failure;
    // When the key set was last read because of a key that it did not hold; null if that may be done now.
    private Long unknownAt;
    private int rotation;
    private int readRotation;

    Local(String issuer, String appId, int rememberedTokens) {
        this.issuer = issuer;
        this.appId = appId;
        this.remembered = new Remembered(rememberedTokens);
    }

    /**
     * Whom the token names, or what has to be learnt first.
     *
     * @throws InvalidTokenException if it is good for nothing
     */
    Finding look(String token, Now now) {
        try {
            if (feed.refusesAll(now)) {
                throw new InvalidTokenException();
            }
            Optional<Caller> known = remembered.find(token);
            Finding found = known.isPresent() ? new Known(known.get()) : verified(token, now);
            if (!(found instanceof Known verified)) {
                return found;
            }
            Caller caller = verified.caller();
            if (caller.expiresAt().toEpochMilli() <= now.wall() * 1000 || ended.covers(caller)) {
                throw new InvalidTokenException();
            }
            // The feed is asked last, so that what it says holds at the moment of the answer.
            Optional<Caller> judged = feed.judge(caller, now);
            return judged.isPresent() ? new Known(judged.get()) : Question.PORTICO;
        } catch (NotSignedException why) {
            throw new InvalidTokenException();
        }
    }

    private Finding verified(String token, Now now) throws NotSignedException {
        Signed signed = LaunchToken.read(token);
        // What can never be good is refused before anybody is asked for anything.
        Caller caller = LaunchToken.claimed(signed, issuer, appId, now.wall());
        KeySet by = keys;
        Optional<Question> lacks = lacks(by, signed, now);
        if (lacks.isPresent()) {
            return lacks.get();
        }
        signed.verify(by);
        remembered.keep(token, caller);
        if (by != keys) {
            // Read again meanwhile, and perhaps without the key that signed this.
            remembered.clear();
        }
        return new Known(caller);
    }

    private synchronized Optional<Question> lacks(KeySet by, Signed token, Now now) {
        if (by == null) {
            return Optional.of(Question.KEYS);
        }
        if (by.knows(token.kid())) {
            return Optional.empty();
        }
        if (unknownAt == null || now.steady() - unknownAt >= KEYS_REST) {
            return Optional.of(Question.KEYS);
        }
        return areKeysStale() ? Optional.of(Question.UNVERIFIED) : Optional.empty();
    }

    /** Whether a key set was ever read. */
    boolean hasKeys() {
        return keys != null;
    }

    /** Whether keys were rotated or are old, and the key set has not been read since. */
    synchronized boolean areKeysStale() {
        return readRotation != rotation;
    }

    /** Whether the key set is to be read again now that the feed was heard: those of before go on until then. */
    synchronized boolean areKeysDue(Now now) {
        if (readAt != null && now.since(readAt) >= KEYS_KEPT && !areKeysStale()) {
            keysRotated();
        }
        return keys != null && areKeysStale() && keySetFailure(now).isEmpty();
    }

    /** Why the key set could not be read, where that is not long ago. */
    synchronized Optional<UnavailableException> keySetFailure(Now now) {
        boolean isLately = failure != null && now.steady() - failure.at < FAILURE_KEPT;
        return isLately ? Optional.of(failure.why) : Optional.empty();
    }

    /** Remembers that the key set could not be read, from when that is known on. */
    synchronized void keysFailed(UnavailableException why, Now now) {
        failure = new Failure(now.steady(), why);
    }

    /** Takes in that the feed has begun anew: it does not tell of a rotation that is long ago. */
    synchronized void beganAnew(Now now) {
        if (readAt != null && now.since(readAt) >= TOLD_BACK) {
            keysRotated();
        }
    }

    /** How often keys were rotated, to be handed to {@link #keysRead} as it was before the question. */
    synchronized int rotation() {
        return rotation;
    }

    /** Remembers that the key set is to be read again. */
    synchronized void keysRotated() {
        rotation++;
        unknownAt = null;
    }

    /** Takes in a key set that was asked for at this rotation. */
    synchronized void keysRead(KeySet read, int atRotation, Now now) {
        boolean takenBack = keys != null && !read.holdsAllOf(keys);
        if (keys != null) {
            unknownAt = now.steady();
        }
        keys = read;
        readRotation = atRotation;
        readAt = now;
        failure = null;
        if (takenBack) {
            remembered.clear();
        }
    }

    /**
     * Takes in a logout token, from now on refusing the session that it names.
     *
     * @return empty if the key set has to be read first
     * @throws InvalidLogoutException if it is none of Portico's for this app, or was taken before
     */
    Optional<Logout> logOut(String logoutToken, Now now) {
        LogoutToken token;
        try {
            Signed signed = LogoutToken.read(logoutToken);
            token = LogoutToken.claimed(signed, issuer, appId, now.wall());
            KeySet by = keys;
            if (lacks(by, signed, now).isPresent()) {
                return Optional.empty();
            }
            signed.verify(by);
        } catch (NotSignedException why) {
            throw new InvalidLogoutException("no logout token of Portico's for this app");
        }
        if (!used.isFirst(token, now.wall())) {
            throw new InvalidLogoutException("a logout token that was taken before");
        }
        ended.mark(token, now.steady());
        return Optional.of(token.logout());
    }

    int remembered() {
        return remembered.size();
    }
}
