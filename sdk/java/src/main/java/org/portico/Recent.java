package org.portico;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names, with what was last heard of each. Whoever has it takes care that one thread at a time does. */
final class Recent<V> {
    /** How long it counts: no token that it concerns is good longer, by an issuer's clock that may be ahead. */
    static final long KEPT =
            LaunchToken.LONGEST_LIFE.plus(Duration.ofSeconds(Signed.LEEWAY)).toNanos();

    private record Heard<V>(V value, long at) {}

    // In the order of the moments at which they were heard.
    private final Map<String, Heard<V>> kept = new LinkedHashMap<>();

    void put(String name, V value, long steady) {
        kept.remove(name);
        kept.put(name, new Heard<>(value, steady));
    }

    /** What was last heard; null where nothing was. */
    V get(String name) {
        Heard<V> heard = kept.get(name);
        return heard == null ? null : heard.value;
    }

    boolean has(String name) {
        return kept.containsKey(name);
    }

    /** Lets go of what is too old to matter. */
    void forget(long steady) {
        var all = kept.values().iterator();
        while (all.hasNext() && steady - all.next().at >= KEPT) {
            all.remove();
        }
    }

    void clear() {
        kept.clear();
    }

    int size() {
        return kept.size();
    }
}
