package org.portico.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

    private Container serving() throws Exception {
        return new Container(folder).start(
                folder.toFile(),
                context -> Container.add(context, "/logout", new LogoutServlet(Fakes.loggingOut(), told::add)));
    }

    @Test
    void logout() throws Exception {
        Map<String, Object> vector = Vectors.read("logout");
        try (Container container = serving()) {
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
