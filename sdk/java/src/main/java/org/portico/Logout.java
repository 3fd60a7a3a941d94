package org.portico;

import java.util.Optional;

/**
 * What is over, as this app knows it.
 *
 * @param sessionId the session ({@code sid}); empty means every session of the person's
 * @param userId the person's OpenID at this app ({@code sub}); empty where only the session is told
 */
public record Logout(Optional<String> sessionId, Optional<String> userId) {}
