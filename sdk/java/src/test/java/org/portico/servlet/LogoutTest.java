package org.portico.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portico.Fakes;
import org.portico.Logout;
import org.portico.Vectors;

/** The receiver of logout tokens, in a real container. */
class LogoutTest {
    private static final String FORM = "application/x-www-form-urlencoded";

    private final List<Logout> told = new CopyOnWriteArrayList<>();

    @TempDir
    private Path folder;

    /** Asks for a parameter, as those against forged requests do, which has the container read the body. */
    private static final class Asking extends HttpFilter {
        @Override
        protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            request.getParameter("_csrf");
            chain.doFilter(request, response);
        }
    }

    private Container serving(Filter... before) throws Exception {
        return new Container(folder).start(folder.toFile(), context -> {
            for (Filter filter : before) {
                Container.add(context, filter);
            }
            Container.add(context, "/logout", new LogoutServlet(Fakes.loggingOut(), told::add));
        });
    }

    @Test
    void logout() throws Exception {
        check();
    }

    @Test
    void logout_behind_a_filter_that_asks_for_a_parameter() throws Exception {
        check(new Asking());
    }

    @Test
    void a_token_in_the_query_is_none_whoever_has_read_the_body() throws Exception {
        String body = (String) Vectors.list(Vectors.read("logout"), "cases").get(0).get("body");
        try (Container container = serving(new Asking())) {
            for (String query : List.of(body, "logout%5Ftoken=x", "a&logout_token")) {
                assertEquals(400, container.post("/logout?" + query, FORM, "").statusCode(), query);
                assertEquals(400, container.post("/logout?" + query, FORM, body).statusCode(), query);
            }
            assertEquals(List.of(), List.copyOf(told));
            assertEquals(200, container.post("/logout?a=b", FORM, body).statusCode());
        }
    }

    private void check(Filter... before) throws Exception {
        Map<String, Object> vector = Vectors.read("logout");
        try (Container container = serving(before)) {
            for (Map<String, Object> one : Vectors.list(vector, "cases")) {
                String name = (String) one.get("name");
                told.clear();
                String type = (String) one.getOrDefault("content_type", FORM);
                HttpResponse<String> answer = container.post("/logout", type, (String) one.get("body"));
                assertEquals(((Number) one.get("status")).intValue(), answer.statusCode(), name);
                Vectors.object(vector, "headers").forEach((header, value) ->
                        assertEquals(Optional.of(value), answer.headers().firstValue(header), name));
                assertEquals(one.containsKey("told") ? List.of(told(one)) : List.of(), List.copyOf(told), name);
            }
        }
    }

    private static Logout told(Map<String, Object> one) {
        Map<String, Object> said = Vectors.object(one, "told");
        return new Logout(
                Optional.ofNullable((String) said.get("session_id")), Optional.ofNullable((String) said.get("user_id")));
    }

    @Test
    void a_request_that_is_no_post_is_refused() throws Exception {
        try (Container container = serving()) {
            assertEquals(400, container.ask("GET", "/logout?logout_token=x", null).statusCode());
        }
    }
}
