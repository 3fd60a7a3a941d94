package org.portico;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens whose signature was found good, up to a bound: a second look at one costs no signature check. They are
 * kept as their digests, so that memory holds none that could be used. May be shared among threads.
 */
final class Remembered {
    private final Map<ByteBuffer, Caller> kept;

    Remembered(int most) {
        kept = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Caller> eldest) {
                return size() > most;
            }
        };
    }

    Optional<Caller> find(String token) {
        ByteBuffer digest = digest(token);
        synchronized (kept) {
            return Optional.ofNullable(kept.get(digest));
        }
    }

    void keep(String token, Caller caller) {
        ByteBuffer digest = digest(token);
        synchronized (kept) {
            kept.put(digest, caller);
        }
    }

    void clear() {
        synchronized (kept) {
            kept.clear();
        }
    }

    int size() {
        synchronized (kept) {
            return kept.size();
        }
    }

    private static ByteBuffer digest(String token) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException why) {
            throw new IllegalStateException("every Java platform has SHA-256", why);
        }
    }
}
