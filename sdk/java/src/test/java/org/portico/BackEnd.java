package org.portico;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.portico.EventParser.BrokenStreamException;
import org.portico.Finding.Question;

/** A back end without network: a clock that is set, a feed that is told, key sets that are counted. */
final class BackEnd {
    static final String LIVE = "event: reset\ndata: {}\n\nevent: caught_up\ndata: {}\nid: one\n\n";
    static final String PING = "event: ping\ndata: {}\n\n";
    private static final Map<String, Object> KEYS = Vectors.read("keys");

    final Local local;
    final double start;
    Duration elapsed = Duration.ZERO;
    /** How long after the start it is by the clock that can be set; null where that is what has elapsed. */
    Duration timeOfDay;
    int keySetReads;
    boolean areKeysSilent;
    /** What is read instead of the vectors' key sets; null for those. */
    KeySet keySet;
    private Listening listening;

    BackEnd(Map<String, Object> vector, int remembered) {
        this(vector, ((Number) vector.get("now")).doubleValue(), remembered);
    }

    BackEnd(Map<String, Object> vector, double start, int remembered) {
        this.start = start;
        this.local = new Local((String) vector.get("issuer"), (String) vector.get("client_id"), remembered);
    }

    Now now() {
        Duration wall = timeOfDay == null ? elapsed : timeOfDay;
        return new Now(start + wall.toMillis() / 1000.0, 1_000_000_000L + elapsed.toNanos());
    }

    BackEnd live() {
        open();
        hear(LIVE);
        return this;
    }

    Optional<String> open() {
        Optional<String> lastId = local.feed.lastId();
        listening = new Listening(local, this::now);
        return lastId;
    }

    void hear(String text) {
        try {
            if (listening.hear(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))) {
                readKeys();
            }
        } catch (BrokenStreamException why) {
            listening = null;
        }
    }

    void readKeys() {
        KeySet read = keys(keySetReads++ == 0 ? "first" : "then");
        if (areKeysSilent) {
            local.keysFailed(new UnavailableException("it is down"), now());
        } else {
            local.keysRead(keySet == null ? read : keySet, local.rotation(), now());
        }
    }

    static KeySet keys(String name) {
        try {
            return KeySet.read(Vectors.object(KEYS, name));
        } catch (Json.ShapeException why) {
            throw new IllegalStateException(why);
        }
    }

    Finding ask(String token) {
        Finding found = local.look(token, now());
        while (found == Question.KEYS) {
            readKeys();
            found = local.look(token, now());
        }
        return found;
    }
}
