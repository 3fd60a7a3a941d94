package org.portico.servlet;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.portico.InvalidLogoutException;
import org.portico.Logout;
import org.portico.Portico;
import org.portico.PorticoException;

/**
 * Takes in logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8).
 *
 * <p>From the answer on, the session's tokens are refused here; other processes hear of the end from the feed. The app
 * is told once of each token that is good; the same end may be told again by a fresh token, so ending twice must do no
 * harm. If the app fails, so does the request, and Portico tries again.
 *
 * <p>Its path must be among the {@link PorticoFilter#openPaths open paths} of a filter before it. Filters before it may ask
 * for parameters; one that takes the body itself leaves nothing to receive.
 */
public class LogoutServlet extends HttpServlet {
    private static final int LONGEST_BODY = 32 * 1024;
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String TOKEN = "logout_token";
    private static final Logger LOG = System.getLogger("org.portico");

    private final transient Portico portico;
    private final transient Consumer<Logout> onLogout;

    /**
     * Makes a receiver for a {@code web.xml}: its client is that of the {@link PorticoFilter}, and what is told goes to
     * {@link #loggedOut}.
     */
    public LogoutServlet() {
        this(null, logout -> { });
    }

    /**
     * Makes a receiver.
     *
     * @param portico who checks the tokens
     * @param onLogout told of each
     */
    public LogoutServlet(Portico portico, Consumer<Logout> onLogout) {
        this.portico = portico;
        this.onLogout = onLogout;
    }

    /**
     * Told of each logout, after the session's tokens are refused.
     *
     * @param logout what is over
     */
    protected void loggedOut(Logout logout) {
        onLogout.accept(logout);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            if (!request.getMethod().equals("POST")) {
                throw new InvalidLogoutException("not a POST");
            }
            loggedOut(client().logOut(token(request)));
        } catch (PorticoException why) {
            Answers.send(why, response);
            return;
        }
        response.setHeader("Cache-Control", "no-store");
        response.setStatus(200);
    }

    private Portico client() {
        if (portico != null) {
            return portico;
        }
        if (getServletContext().getAttribute(PorticoFilter.CLIENT) instanceof Portico client) {
            return client;
        }
        throw new IllegalStateException("no PorticoFilter was made from init-params in this application");
    }

    /** Read from the body alone: a parameter might come from the query too. */
    private static String token(HttpServletRequest request) throws IOException {
        String type = request.getContentType() == null ? "" : request.getContentType();
        byte[] body = request.getInputStream().readNBytes(LONGEST_BODY + 1);
        if (!type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(FORM) || body.length > LONGEST_BODY) {
            throw new InvalidLogoutException("no form");
        }
        List<String> tokens =
                body.length == 0 ? takenBefore(request) : tokens(new String(body, StandardCharsets.UTF_8));
        if (tokens.size() != 1) {
            throw new InvalidLogoutException("not one logout token");
        }
        return tokens.get(0);
    }

    /** The tokens of a body that the container has read, since somebody before asked for a parameter. */
    private static List<String> takenBefore(HttpServletRequest request) {
        String query = request.getQueryString();
        if (query != null && !tokens(query).isEmpty()) {
            throw new InvalidLogoutException("a logout token that is not in the body alone");
        }
        String[] values = request.getParameterValues(TOKEN);
        if (values == null && request.getContentLengthLong() > 0) {
            LOG.log(Level.WARNING, "the body of a logout was read before its receiver, which gets nothing of it");
        }
        return values == null ? List.of() : List.of(values);
    }

    private static List<String> tokens(String form) {
        List<String> tokens = new ArrayList<>();
        try {
            for (String field : form.split("&")) {
                String[] pair = field.split("=", 2);
                if (URLDecoder.decode(pair[0], StandardCharsets.UTF_8).equals(TOKEN)) {
                    tokens.add(pair.length < 2 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
                }
            }
        } catch (IllegalArgumentException why) {
            throw new InvalidLogoutException("no form");
        }
        return tokens;
    }
}
