package org.portico.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import org.portico.Caller;
import org.portico.NoTokenException;
import org.portico.Portico;
import org.portico.PorticoException;

/**
 * Lets in whoever brings a launch token that is good, and answers everybody else.
 *
 * <p>What it answers is RFC 6750's: 401 without a good token, 403 where a scope is missing, and 503 where Portico
 * cannot be asked. A {@link PorticoException} that a servlet throws is answered the same way, so that
 * {@code caller(request).require("phone.verified")} is a guard. Behind it, the caller is the request's
 * {@link HttpServletRequest#getUserPrincipal() principal} too, and
 * {@link HttpServletRequest#isUserInRole isUserInRole} asks for a scope.
 *
 * <p>For asynchronous servlets it has to be declared so, and to be mapped for the dispatches {@code REQUEST} and
 * {@code ASYNC}: what they throw later comes out of the second. The caller is then the one who was let in.
 *
 * <p>In a {@code web.xml}, its init-params are {@code issuer}, {@code appId} and {@code clientSecret}, then
 * {@code scopes} and {@code openPaths} (lists separated by spaces) and {@code optional}. Where one of the first three has
 * the form <code>${NAME}</code>, it is read from the environment, or from the system property of that name. The client
 * that the filter makes is the servlet context's attribute {@link #CLIENT}.
 */
public class PorticoFilter extends HttpFilter {
    /** The attribute of the servlet context under which the client stands that a filter made from init-params. */
    public static final String CLIENT = "org.portico.Portico";

    private static final String CALLER = "org.portico.Caller";

    private transient Portico portico;
    private transient boolean isOurs;
    private transient List<String> scopes = List.of();
    private transient Set<String> openPaths = Set.of();
    private transient boolean optional;

    /** Makes a filter that is configured by init-params. */
    public PorticoFilter() {}

    /**
     * Makes a filter that asks this client; closing it stays the caller's.
     *
     * @param portico who is asked
     */
    public PorticoFilter(Portico portico) {
        this.portico = portico;
    }

    /**
     * What every request needs.
     *
     * @param needed the scopes
     * @return this
     */
    public PorticoFilter scopes(String... needed) {
        this.scopes = List.of(needed);
        return this;
    }

    /**
     * Which paths need no token.
     *
     * @param paths below the context path, to the letter
     * @return this
     */
    public PorticoFilter openPaths(String... paths) {
        this.openPaths = Set.of(paths);
        return this;
    }

    /**
     * Lets in requests without a token too; a bad token is refused all the same.
     *
     * @param isOptional whether it does
     * @return this
     */
    public PorticoFilter optional(boolean isOptional) {
        this.optional = isOptional;
        return this;
    }

    /**
     * Who calls.
     *
     * @param request behind this filter
     * @return the caller
     * @throws NoTokenException if nobody is known; only where the token is optional, or the path is open
     */
    public static Caller caller(ServletRequest request) {
        if (request.getAttribute(CALLER) instanceof Caller caller) {
            return caller;
        }
        throw new NoTokenException();
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        super.init(config);
        if (portico != null) {
            return;
        }
        try {
            portico = Portico.builder(
                            InitParams.needed(config, "issuer"),
                            InitParams.needed(config, "appId"),
                            InitParams.needed(config, "clientSecret"))
                    .build();
        } catch (IllegalArgumentException why) {
            throw new ServletException("the filter's init-params cannot be used: " + why.getMessage(), why);
        }
        isOurs = true;
        scopes = InitParams.words(config, "scopes");
        openPaths = Set.copyOf(InitParams.words(config, "openPaths"));
        optional = Boolean.parseBoolean(config.getInitParameter("optional"));
        config.getServletContext().setAttribute(CLIENT, portico);
    }

    @Override
    public void destroy() {
        if (isOurs) {
            portico.close();
        }
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(known(request), response);
        } catch (PorticoException why) {
            answer(why, response);
        } catch (ServletException why) {
            // Frameworks on top of servlets wrap what their handlers throw.
            if (!(why.getRootCause() instanceof PorticoException cause)) {
                throw why;
            }
            answer(cause, response);
        }
    }

    private HttpServletRequest known(HttpServletRequest request) {
        // What goes on later was let in before, and may go on by the request as it was without its caller.
        if (request.getDispatcherType() == DispatcherType.ASYNC && request.getAttribute(CALLER) instanceof Caller caller) {
            caller.require(scopes);
            return new KnownRequest(request, caller);
        }
        return isOpen(request) ? request : letIn(request);
    }

    private static void answer(PorticoException why, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            throw why;
        }
        Answers.send(why, response);
    }

    private boolean isOpen(HttpServletRequest request) {
        String info = request.getPathInfo() == null ? "" : request.getPathInfo();
        return openPaths.contains(request.getServletPath() + info);
    }

    private HttpServletRequest letIn(HttpServletRequest request) {
        Enumeration<String> authorization = request.getHeaders("Authorization");
        if (optional && !authorization.hasMoreElements()) {
            return request;
        }
        Caller caller = portico.validate(bearer(authorization));
        caller.require(scopes);
        request.setAttribute(CALLER, caller);
        return new KnownRequest(request, caller);
    }

    /** RFC 6750 §2.1. */
    private static String bearer(Enumeration<String> authorization) {
        if (authorization.hasMoreElements()) {
            List<String> words = Arrays.asList(authorization.nextElement().strip().split(" +"));
            if (words.size() == 2 && words.get(0).equalsIgnoreCase("Bearer") && !authorization.hasMoreElements()) {
                return words.get(1);
            }
        }
        throw new NoTokenException();
    }
}
