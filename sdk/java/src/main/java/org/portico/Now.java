package org.portico;

/**
 * One moment on both clocks.
 *
 * @param wall seconds since 1970, by which tokens live
 * @param steady nanoseconds on a clock that never jumps, and that may stand while the machine sleeps
 */
record Now(double wall, long steady) {
    /** Whoever tells the time. */
    interface Clock {
        Now now();
    }

    /** The clocks of this machine. */
    static Now ofThisMachine() {
        return new Now(System.currentTimeMillis() / 1000.0, System.nanoTime());
    }

    /**
     * How many nanoseconds ago an earlier moment was. That is the longer of the two ways to count: the one clock may stand
     * while the machine sleeps, and the other may be set back.
     */
    long since(Now earlier) {
        return Math.max(Math.round((wall - earlier.wall) * 1e9), steady - earlier.steady);
    }
}
