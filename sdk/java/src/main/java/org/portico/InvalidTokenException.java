package org.portico;

/**
 * The token is good for nothing: expired, revoked, of another app, of an ended session, or no token at all.
 *
 * <p>Which of these it is stays unsaid, as in introspection (RFC 7662 §2.2). HTTP status 401.
 */
public class InvalidTokenException extends PorticoException {
    InvalidTokenException() {
        super("the token is not valid");
    }

    InvalidTokenException(String message) {
        super(message);
    }
}
