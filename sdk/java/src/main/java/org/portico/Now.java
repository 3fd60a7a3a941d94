package org.portico;

/**
 * One moment on both clocks.
 *
 * @param wall seconds since 1970, by which tokens live
 * @param steady nanoseconds on a clock that never jumps, by which silence is measured
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
}
