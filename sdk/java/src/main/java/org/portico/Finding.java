package org.portico;

/** What is found out by itself: the caller, or what has to be learnt first. */
sealed interface Finding {
    /** The answer. */
    record Known(Caller caller) implements Finding {}

    /** What has to be learnt before there is an answer. */
    enum Question implements Finding {
        /** Read the key set, then look again. */
        KEYS,
        /** Ask Portico about the token (RFC 7662). */
        PORTICO,
        /** Ask Portico about a token whose signature cannot be checked, since the key set cannot be read. */
        UNVERIFIED
    }
}
