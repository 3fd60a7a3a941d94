package org.portico;

/**
 * What was sent as a logout token is none (OpenID Connect Back-Channel Logout 1.0 §2.6), or was taken before. HTTP
 * status 400.
 */
public final class InvalidLogoutException extends PorticoException {
    /**
     * Says that it is none.
     *
     * @param message why, for whoever runs the back end
     */
    public InvalidLogoutException(String message) {
        super(message);
    }
}
