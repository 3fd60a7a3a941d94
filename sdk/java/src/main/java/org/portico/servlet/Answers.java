package org.portico.servlet;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jose4j.json.JsonUtil;
import org.portico.InsufficientScopeException;
import org.portico.InvalidLogoutException;
import org.portico.NoTokenException;
import org.portico.PorticoException;
import org.portico.UnavailableException;

/** What a request gets that goes no further (RFC 6750 §3). */
final class Answers {
    private Answers() {}

    static void send(PorticoException why, HttpServletResponse response) throws IOException {
        response.resetBuffer();
        Map<String, Object> body = new LinkedHashMap<>();
        if (why instanceof InsufficientScopeException scope) {
            String missing = String.join(" ", scope.missing());
            String challenge = "Bearer error=\"insufficient_scope\", scope=\"" + missing + "\"";
            response.setHeader("WWW-Authenticate", challenge);
            body.put("error", "insufficient_scope");
            body.put("scope", missing);
            body.put("withdrawn", scope.isWithdrawn());
            send(403, body, response);
        } else if (why instanceof UnavailableException unavailable) {
            response.setHeader("Retry-After", Long.toString(unavailable.retryAfter().toSeconds()));
            send(503, "temporarily_unavailable", response);
        } else if (why instanceof InvalidLogoutException) {
            send(400, "invalid_request", response);
        } else if (why instanceof NoTokenException) {
            response.setHeader("WWW-Authenticate", "Bearer");
            send(401, "token_missing", response);
        } else {
            response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
            send(401, "invalid_token", response);
        }
    }

    private static void send(int status, String error, HttpServletResponse response) throws IOException {
        send(status, Map.of("error", error), response);
    }

    private static void send(int status, Map<String, Object> body, HttpServletResponse response) throws IOException {
        String text = JsonUtil.toJson(body);
        response.setStatus(status);
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json");
        response.setContentLength(text.length());
        // All of it is ASCII: scopes are (RFC 6749 §3.3).
        output(response).accept(text);
    }

    /** Whichever the servlet has begun with; a container allows the other no more. */
    private static Output output(HttpServletResponse response) throws IOException {
        try {
            return response.getOutputStream()::print;
        } catch (IllegalStateException writing) {
            return response.getWriter()::print;
        }
    }

    private interface Output {
        void accept(String text) throws IOException;
    }
}
