package org.portico;

/** The request brought no bearer token (RFC 6750 §3.1: its challenge names no error). HTTP status 401. */
public final class NoTokenException extends InvalidTokenException {
    /** Says that there is no token. */
    public NoTokenException() {
        super("no bearer token");
    }
}
