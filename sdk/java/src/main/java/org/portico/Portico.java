package org.portico;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import org.portico.Finding.Known;
import org.portico.Finding.Question;

/**
 * Portico, as one app's back end knows it; shared by all its threads.
 *
 * <p>From the start a daemon thread follows the feed, until {@link #close}.
 */
public class Portico implements AutoCloseable {
    private final Now.Clock clock;
    private final Local local;
    private final Issuer issuer;
    /** About how many tokens that nobody here could verify Portico is asked at once: anybody can invent them. */
    static final int MOST_UNVERIFIED = 20;

    final Flights<Caller> asking = new Flights<>(Integer.MAX_VALUE);
    final Flights<Caller> askingUnverified = new Flights<>(MOST_UNVERIFIED);
    private final Flights<KeySet> reading = new Flights<>(Integer.MAX_VALUE);
    private final Following following;

    Portico(Settings settings, HttpClient http, Now.Clock clock) {
        this.clock = clock;
        this.local = new Local(settings.issuer(), settings.appId(), settings.rememberedTokens());
        this.issuer = new Issuer(settings, http);
        this.following = new Following(settings, http, clock, local, this::readKeys);
    }

    /**
     * Begins a client.
     *
     * @param issuer Portico's issuer URL; https, unless it is on this machine
     * @param appId this app, the audience of its launch tokens
     * @param clientSecret the app's secret ({@code client_secret_basic})
     * @return what takes the options
     */
    public static Builder builder(String issuer, String appId, String clientSecret) {
        return new Builder(issuer, appId, clientSecret);
    }

    Portico start() {
        following.start();
        return this;
    }

    /**
     * Says whom a launch token names, and what it is good for now.
     *
     * <p>Answers from memory while the feed is live: what ended or was withdrawn is known here after 2 seconds at the
     * very latest. Asks Portico otherwise.
     *
     * @param token the launch token
     * @return who calls
     * @throws InvalidTokenException if the token is good for nothing
     * @throws UnavailableException if Portico cannot be asked now
     */
    public Caller validate(String token) {
        Finding found = local.look(token, clock.now());
        // Twice where the set that is read first does not hold the key.
        for (int read = 0; found == Question.KEYS && read < 2; read++) {
            found = lookAgain(token);
        }
        if (found instanceof Known known) {
            return known.caller();
        }
        Flights<Caller> flights = found == Question.PORTICO ? asking : askingUnverified;
        return flights.join(withinSecond(token, clock.now()), () -> issuer.introspect(token));
    }

    /** A question is joined within the second in which it was asked: what it finds was so at most so long ago. */
    static String withinSecond(String token, Now now) {
        return Math.floorDiv(now.steady(), 1_000_000_000L) + " " + token;
    }

    private Finding lookAgain(String token) {
        try {
            readKeys();
        } catch (UnavailableException why) {
            return Question.UNVERIFIED;
        }
        return local.look(token, clock.now());
    }

    /**
     * Takes in a logout token (OpenID Connect Back-Channel Logout 1.0), and refuses its session from now on.
     *
     * @param logoutToken as it was sent
     * @return what is over
     * @throws InvalidLogoutException if it is none of Portico's for this app, or was taken before
     * @throws UnavailableException if the issuer's keys cannot be read now
     */
    public Logout logOut(String logoutToken) {
        Optional<Logout> taken = local.logOut(logoutToken, clock.now());
        for (int read = 0; taken.isEmpty() && read < 2; read++) {
            readKeys();
            taken = local.logOut(logoutToken, clock.now());
        }
        return taken.orElseThrow(() -> new UnavailableException("the issuer's keys cannot be read"));
    }

    /** Stops following the feed; from then on every token is asked about. */
    @Override
    public void close() {
        following.close();
    }

    private void readKeys() {
        reading.join("keys", () -> {
            Optional<UnavailableException> failure = local.keySetFailure(clock.now());
            if (failure.isPresent()) {
                throw new UnavailableException(failure.get().getMessage(), failure.get().retryAfter());
            }
            int rotation = local.rotation();
            return issuer.keys().whenComplete((keys, why) -> {
                if (why == null) {
                    local.keysRead(keys, rotation, clock.now());
                } else if (why.getCause() instanceof UnavailableException failed) {
                    local.keysFailed(failed, clock.now());
                }
            });
        });
    }

    /** The options of a client. */
    public static final class Builder {
        private final String issuer;
        private final String appId;
        private final String clientSecret;
        private Duration timeout = Duration.ofSeconds(5);
        private int rememberedTokens = 10_000;
        private HttpClient http;

        private Builder(String issuer, String appId, String clientSecret) {
            this.issuer = issuer;
            this.appId = appId;
            this.clientSecret = clientSecret;
        }

        /**
         * How long one request to Portico may take; 5 seconds by default.
         *
         * @param timeout more than nothing
         * @return this
         */
        public Builder timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /**
         * Of how many tokens the verified signature is remembered; 10,000 by default.
         *
         * @param most at least one
         * @return this
         */
        public Builder rememberedTokens(int most) {
            this.rememberedTokens = most;
            return this;
        }

        /**
         * The HTTP client, for certificates or proxies of one's own; it should not follow redirects.
         *
         * @param http made by the caller
         * @return this
         */
        public Builder httpClient(HttpClient http) {
            this.http = http;
            return this;
        }

        /**
         * Makes the client, which begins to follow the feed.
         *
         * @return the client
         * @throws IllegalArgumentException if an option cannot be used
         */
        public Portico build() {
            Settings settings = new Settings(issuer, appId, clientSecret, timeout, rememberedTokens);
            HttpClient client = http != null
                    ? http
                    : HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout).build();
            return new Portico(settings, client, Now::ofThisMachine).start();
        }
    }
}
