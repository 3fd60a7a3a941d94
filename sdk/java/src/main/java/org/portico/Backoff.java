package org.portico;

import java.time.Duration;

/** Delays that double, each shortened by chance, so that many back ends do not come back at once. */
final class Backoff {
    static final Duration FIRST = Duration.ofMillis(100);
    static final Duration LONGEST = Duration.ofSeconds(10);

    private Duration next = FIRST;

    /** Begins anew: the connection was good. */
    void worked() {
        next = FIRST;
    }

    /** The next delay; chance is from 0 up to 1. */
    Duration delay(double chance) {
        Duration delay = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return Duration.ofMillis(Math.round(delay.toMillis() * (0.5 + chance / 2)));
    }
}
