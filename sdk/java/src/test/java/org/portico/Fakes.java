package org.portico;

import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** What stands in for Portico where no server is needed. */
public final class Fakes {
    private static final Settings SETTINGS =
            new Settings("https://id.example", "org.example.taxi", "secret", Duration.ofSeconds(5), 10);

    private Fakes() {}

    /** What validating the token of a vector finds. */
    public static Caller found(Object token) {
        if ("invalid".equals(token)) {
            throw new InvalidTokenException();
        }
        if ("unavailable".equals(token)) {
            throw new UnavailableException("Portico cannot be reached");
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> scopes = (Map<String, Object>) token;
        return caller(Vectors.words(scopes, "given"), Vectors.words(scopes, "allowed"));
    }

    private static Caller caller(List<String> given, List<String> allowed) {
        Instant moment = Instant.ofEpochSecond(1_800_000_000);
        return new Caller(
                "o-ana", Set.copyOf(allowed), "s-1", "org.example.taxi", moment, moment, "jti_1", Optional.empty(),
                Set.copyOf(given));
    }

    /** A client that finds these, one after another, whatever it is asked about; the last for ever. */
    public static Portico finding(Object... tokens) {
        AtomicInteger asked = new AtomicInteger();
        return new Portico(SETTINGS, HttpClient.newHttpClient(), Now::ofThisMachine) {
            @Override
            public Caller validate(String text) {
                return found(tokens[Math.min(asked.getAndIncrement(), tokens.length - 1)]);
            }
        };
    }

    /** A client that takes in the logout tokens of the vectors, at their moment, with the keys that are read last. */
    public static Portico loggingOut() {
        BackEnd backEnd = new BackEnd(Vectors.read("logout"), 10);
        backEnd.keySetReads = 1;
        return new Portico(SETTINGS, HttpClient.newHttpClient(), Now::ofThisMachine) {
            @Override
            public Logout logOut(String token) {
                Optional<Logout> taken = backEnd.local.logOut(token, backEnd.now());
                while (taken.isEmpty()) {
                    backEnd.readKeys();
                    taken = backEnd.local.logOut(token, backEnd.now());
                }
                return taken.get();
            }
        };
    }
}
