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

    final Feed feed = new Feed();
    private final String issuer;
    private final String appId;
    private final Remembered remembered;
    private final LogoutToken.Once used = new LogoutToken.Once();
    private volatile KeySet keys;
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
            if (!feed.isCurrent(now.steady())) {
                LaunchToken.read(token);
                return Question.PORTICO;
            }
            Optional<Caller> known = remembered.find(token);
            Finding found = known.isPresent() ? new Known(known.get()) : verified(LaunchToken.read(token), now);
            if (!(found instanceof Known verified)) {
                return found;
            }
            if (verified.caller().expiresAt().toEpochMilli() <= now.wall() * 1000) {
                throw new InvalidTokenException();
            }
            // The feed is asked last, so that what it says holds at the moment of the answer.
            Optional<Caller> judged = feed.judge(verified.caller(), now.steady());
            return judged.isPresent() ? new Known(judged.get()) : Question.PORTICO;
        } catch (NotSignedException why) {
            throw new InvalidTokenException();
        }
    }

    private Finding verified(Signed token, Now now) throws NotSignedException {
        KeySet by = keys;
        Optional<Question> lacks = lacks(by, token, now);
        if (lacks.isPresent()) {
            return lacks.get();
        }
        Caller caller = LaunchToken.verified(token, by, issuer, appId, now.wall());
        remembered.keep(token.text(), caller);
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
        return areKeysStale() ? Optional.of(Question.PORTICO) : Optional.empty();
    }

    /** Whether a key set was ever read. */
    boolean hasKeys() {
        return keys != null;
    }

    /** Whether keys were rotated, and the key set has not been read since. */
    synchronized boolean areKeysStale() {
        return readRotation != rotation;
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
            KeySet by = keys;
            if (lacks(by, signed, now).isPresent()) {
                return Optional.empty();
            }
            token = LogoutToken.verified(signed, by, issuer, appId, now.wall());
        } catch (NotSignedException why) {
            throw new InvalidLogoutException("no logout token of Portico's for this app");
        }
        if (!used.isFirst(token, now.wall())) {
            throw new InvalidLogoutException("a logout token that was taken before");
        }
        token.logout().sessionId().ifPresent(sessionId -> feed.end(sessionId, now.steady()));
        return Optional.of(token.logout());
    }

    int remembered() {
        return remembered.size();
    }
}
