package org.portico;

/** What everything that this package throws has in common; its message never holds a token or a secret. */
public abstract class PorticoException extends RuntimeException {
    PorticoException(String message) {
        super(message);
    }

    PorticoException(String message, Throwable cause) {
        super(message, cause);
    }
}
