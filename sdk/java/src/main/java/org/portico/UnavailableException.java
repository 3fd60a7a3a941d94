package org.portico;

import java.time.Duration;

/** Portico cannot be asked now, so nothing may be assumed of the token. HTTP status 503. */
public final class UnavailableException extends PorticoException {
    private final transient Duration retryAfter;

    UnavailableException(String message) {
        this(message, Duration.ofSeconds(1));
    }

    UnavailableException(String message, Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    UnavailableException(String message, Throwable cause) {
        super(message, cause);
        this.retryAfter = Duration.ofSeconds(1);
    }

    /**
     * After how long a repeat makes sense.
     *
     * @return whole seconds, at least one
     */
    public Duration retryAfter() {
        return retryAfter;
    }
}
