package org.portico.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portico.InvalidTokenException;
import org.portico.Portico;

/** The guide's programs and the client before the real server. */
class StoriesTest {
    private static final String NOWHERE = "http://127.0.0.1:9/logout";

    @TempDir
    private Path folder;

    private static void waitFor(String what, Duration atMost, Callable<Boolean> found) throws Exception {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!found.call()) {
            assertTrue(System.nanoTime() < deadline, () -> what + " did not come within " + atMost);
            Thread.sleep(10);
        }
    }

    private static void soon(String what, Callable<Boolean> found) throws Exception {
        waitFor(what, Duration.ofSeconds(20), found);
    }

    @Test
    void a_back_end_in_code_greets_lives_with_less_and_hears_of_the_end() throws Exception {
        Guide guide = new Guide(folder.resolve("app"), "Rides.java", "Taxi.java");
        try (Container container = new Container(folder);
                House house = new House(folder, container.url() + "/logout")) {
            container.start(guide.folder().toFile(), context -> {
                context.setParentClassLoader(guide.classes());
                context.addParameter("issuer", house.issuer());
                context.addParameter("secret", house.secret());
                context.addApplicationListener("org.example.taxi.Taxi");
            });
            tell(container, house);
        }
    }

    @Test
    void a_back_end_in_web_xml_greets_lives_with_less_and_hears_of_the_end() throws Exception {
        Guide guide = new Guide(folder.resolve("app"), "Rides.java", "web.xml");
        try (Container container = new Container(folder);
                House house = new House(folder, container.url() + "/logout")) {
            System.setProperty("ISSUER", house.issuer());
            System.setProperty("TAXI_SECRET", house.secret());
            container.start(guide.folder().toFile(), context -> {
                context.setParentClassLoader(guide.classes());
                Container.readWebXml(context);
            });
            tell(container, house);
        }
    }

    private static void tell(Container container, House house) throws Exception {
        House.Person person = house.signIn();
        String token = "Bearer " + person.launch();
        assertEquals("{\"error\":\"token_missing\"}", container.ask("GET", "/rides", null).body());
        assertEquals("{\"error\":\"invalid_token\"}", container.ask("GET", "/rides", "Bearer x").body());
        assertTrue(container.ask("GET", "/rides", token).body().endsWith(" may be called: true\n"));
        assertEquals(200, container.ask("POST", "/calls", token).statusCode());

        person.keep("profile.basic");
        Duration bound = Duration.ofSeconds(5);
        waitFor("the withdrawal", bound, () -> container.ask("POST", "/calls", token).statusCode() != 200);
        HttpResponse<String> refused = container.ask("POST", "/calls", token);
        assertEquals(403, refused.statusCode());
        assertEquals("{\"error\":\"insufficient_scope\",\"scope\":\"phone.verified\",\"withdrawn\":true}", refused.body());
        assertTrue(container.ask("GET", "/rides", token).body().endsWith(" may be called: false\n"));

        person.signOut();
        waitFor("the end", bound, () -> container.ask("GET", "/rides", token).statusCode() == 401);
        soon("the logout token's delivery", house::isDelivered);
    }

    private static boolean isLocal(Proxy proxy, Portico portico, String token) {
        int before = proxy.introspections.get();
        portico.validate(token);
        return proxy.introspections.get() == before;
    }

    private static boolean isRefused(Portico portico, String token) {
        try {
            portico.validate(token);
            return false;
        } catch (InvalidTokenException why) {
            return true;
        }
    }

    private Portico client(House house) {
        return Portico.builder(house.issuer(), House.APP, house.secret()).build();
    }

    @Test
    void a_feed_that_falls_silent_is_relied_on_for_two_seconds() throws Exception {
        try (Proxy proxy = new Proxy(); House house = new House(folder, NOWHERE, proxy); Portico portico = client(house)) {
            House.Person person = house.signIn();
            String token = person.launch();
            soon("the feed", () -> isLocal(proxy, portico, token));
            proxy.silent = true;
            int asked = proxy.introspections.get();
            person.signOut();
            // Two seconds, and what one question takes on a busy machine.
            waitFor("the refusal", Duration.ofSeconds(3), () -> isRefused(portico, token));
            assertTrue(proxy.introspections.get() > asked);
        }
    }

    @Test
    void a_feed_that_comes_back_goes_on_where_it_was_and_keys_rotate_unnoticed() throws Exception {
        try (Proxy proxy = new Proxy(); House house = new House(folder, NOWHERE, proxy); Portico portico = client(house)) {
            String token = house.signIn().launch();
            soon("the feed", () -> isLocal(proxy, portico, token));
            proxy.silent = true;
            House.Person other = house.signIn();
            String ended = other.launch();
            other.signOut();
            soon("a second connection", () -> proxy.feeds.get() > 1);
            proxy.silent = false;
            soon("the feed again", () -> isLocal(proxy, portico, token));
            int asked = proxy.introspections.get();
            assertThrows(InvalidTokenException.class, () -> portico.validate(ended));
            for (int time = 0; time < 2; time++) {
                house.cli("", "keys", "rotate");
                portico.validate(house.signIn().launch());
            }
            portico.validate(token);
            assertEquals(asked, proxy.introspections.get());
        }
    }

    @Test
    void a_suspended_apps_tokens_are_refused_and_good_again_when_it_is_resumed() throws Exception {
        try (House house = new House(folder, NOWHERE); Portico portico = client(house)) {
            String token = house.signIn().launch();
            portico.validate(token);
            house.cli("", "apps", "suspend", House.APP);
            waitFor("the refusal", Duration.ofSeconds(5), () -> isRefused(portico, token));
            house.cli("", "apps", "resume", House.APP);
            soon("the app", () -> !isRefused(portico, token));
        }
    }
}
