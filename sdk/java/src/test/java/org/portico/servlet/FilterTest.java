package org.portico.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jose4j.json.JsonUtil;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.portico.Caller;
import org.portico.Fakes;
import org.portico.Vectors;

/** What the filter answers, in a real container. */
class FilterTest {
    private final Map<String, Object> scopes = Vectors.read("scopes");

    @TempDir
    private Path folder;

    /** A servlet that asks for scopes by itself, and wraps what it throws as frameworks do. */
    private static final class Rides extends HttpServlet {
        private final transient List<String> needed;

        Rides(List<String> needed) {
            this.needed = needed;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
            response.getWriter().print("half an answer");
            Caller caller = PorticoFilter.caller(request);
            try {
                caller.require(needed);
            } catch (RuntimeException why) {
                throw new ServletException(why);
            }
            response.resetBuffer();
            response.getWriter().print(request.getUserPrincipal().getName() + " " + request.isUserInRole("openid"));
        }
    }

    @TestFactory
    Stream<DynamicTest> scopes_of_the_filter() {
        return Vectors.tests(Vectors.list(scopes, "cases"), one -> check(one, Vectors.words(one, "require"), List.of()));
    }

    @TestFactory
    Stream<DynamicTest> scopes_of_the_servlet() {
        return Vectors.tests(Vectors.list(scopes, "cases"), one -> check(one, List.of(), Vectors.words(one, "require")));
    }

    private void check(Map<String, Object> one, List<String> byFilter, List<String> byServlet) throws Exception {
        PorticoFilter filter = new PorticoFilter(Fakes.finding(one.get("token"))).scopes(byFilter.toArray(String[]::new));
        try (Container container = serving(filter, byServlet)) {
            HttpResponse<String> answer = container.ask("GET", "/rides", (String) one.get("authorization"));
            if ("passes".equals(one.get("then"))) {
                assertEquals(200, answer.statusCode());
                assertTrue(answer.body().startsWith("o-ana "));
                return;
            }
            Map<String, Object> then = Vectors.object(one, "then");
            assertEquals(((Number) then.get("status")).intValue(), answer.statusCode());
            assertEquals(then.get("body"), JsonUtil.parseJson(answer.body()));
            assertEquals(Optional.ofNullable(then.get("www_authenticate")), answer.headers().firstValue("www-authenticate"));
            assertEquals(Optional.ofNullable(then.get("retry_after")), answer.headers().firstValue("retry-after"));
            Vectors.object(scopes, "headers").forEach((name, value) -> assertEquals(
                    value, answer.headers().firstValue(name).orElseThrow().split(";")[0]));
        }
    }

    private Container serving(PorticoFilter filter, List<String> needed) throws Exception {
        return new Container(folder).start(folder.toFile(), context -> {
            Container.add(context, filter);
            Container.add(context, "/rides", new Rides(needed));
        });
    }

    @TestFactory
    Stream<DynamicTest> optional_scopes() {
        return Vectors.tests(Vectors.list(scopes, "optional"), one -> {
            Caller caller = Fakes.found(one.get("token"));
            String scope = (String) one.get("scope");
            assertEquals(one.get("has"), caller.has(scope));
            assertEquals(one.get("withdrawn"), caller.withdrawnScopes().contains(scope));
        });
    }

    @Test
    void an_optional_token_may_be_missing_but_not_bad() throws Exception {
        try (Container container = serving(new PorticoFilter(Fakes.finding("invalid")).optional(true), List.of())) {
            // The servlet insists on a caller, so this is its own refusal.
            assertEquals("{\"error\":\"token_missing\"}", container.ask("GET", "/rides", null).body());
            assertEquals("{\"error\":\"invalid_token\"}", container.ask("GET", "/rides", "Bearer x").body());
        }
    }

    @Test
    void an_open_path_is_open_to_the_letter() throws Exception {
        PorticoFilter filter = new PorticoFilter(Fakes.finding("invalid")).openPaths("/health");
        try (Container container = new Container(folder).start(folder.toFile(), context -> {
            Container.add(context, filter);
            Container.add(context, "/*", new HttpServlet() {
                @Override
                protected void doGet(HttpServletRequest request, HttpServletResponse response) {
                    response.setStatus(204);
                }
            });
        })) {
            assertEquals(204, container.ask("GET", "/health", null).statusCode());
            assertEquals(204, container.ask("GET", "/health;x=y", null).statusCode());
            for (String path : List.of("/health/", "/Health", "/health/../rides", "/rides;/health", "/rides?/health")) {
                assertEquals(401, container.ask("GET", path, null).statusCode(), path);
            }
        }
    }

    @Test
    void a_request_is_known_by_its_caller() throws Exception {
        Object token = Vectors.list(scopes, "optional").get(0).get("token");
        try (Container container = serving(new PorticoFilter(Fakes.finding(token)), List.of())) {
            assertEquals("o-ana true", container.ask("GET", "/rides", "Bearer x").body());
            assertFalse(container.ask("GET", "/rides", "Bearer x").headers().map().containsKey("www-authenticate"));
        }
    }

    /** A servlet that asks for scopes once its request goes on later, as frameworks have asynchronous handlers do. */
    private static final class LaterRides extends HttpServlet {
        private final transient Rides rides;

        LaterRides(List<String> needed) {
            this.rides = new Rides(needed);
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
            if (request.getDispatcherType() == DispatcherType.ASYNC) {
                rides.doGet(request, response);
            } else {
                request.startAsync().dispatch();
            }
        }
    }

    private HttpResponse<String> later(List<String> needed, Object... tokens) throws Exception {
        try (Container container = new Container(folder).start(folder.toFile(), context -> {
            Container.add(context, new PorticoFilter(Fakes.finding(tokens)));
            Container.add(context, "/rides", new LaterRides(needed));
        })) {
            return container.ask("GET", "/rides", "Bearer x");
        }
    }

    @Test
    void what_goes_on_later_is_answered_and_known_as_it_was_let_in() throws Exception {
        Object token = Vectors.list(scopes, "optional").get(0).get("token");
        HttpResponse<String> refused = later(List.of("never"), token);
        assertEquals(403, refused.statusCode());
        assertEquals("{\"error\":\"insufficient_scope\",\"scope\":\"never\",\"withdrawn\":false}", refused.body());
        assertEquals("o-ana true", later(List.of(), token, "invalid").body());
        assertEquals("{\"error\":\"invalid_token\"}", later(List.of(), "invalid").body());
    }
}
