package org.portico;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.portico.EventParser.BrokenStreamException;

/** The daemon thread that follows the feed, one connection after the other, and has rotated keys read meanwhile. */
final class Following {
    private static final Logger LOG = System.getLogger("org.portico");

    private final Settings settings;
    private final HttpClient http;
    private final Now.Clock clock;
    private final Local local;
    private final Runnable readKeys;
    private final Thread thread = new Thread(this::follow, "portico-feed");
    private Thread rotating;
    // Whether it was told that rotated keys cannot be read; by one thread at a time.
    private volatile boolean warned;
    private volatile boolean closed;

    /** @param readKeys reads the key set, or throws {@link UnavailableException} */
    Following(Settings settings, HttpClient http, Now.Clock clock, Local local, Runnable readKeys) {
        this.settings = settings;
        this.http = http;
        this.clock = clock;
        this.local = local;
        this.readKeys = readKeys;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void close() {
        closed = true;
        thread.interrupt();
    }

    private void follow() {
        Backoff backoff = new Backoff();
        while (!closed) {
            try {
                listen(backoff);
            } catch (InterruptedException why) {
                return;
            } catch (IOException | BrokenStreamException | RuntimeException why) {
                if (!closed) {
                    String cause = why instanceof PorticoException ? why.getMessage() : why.getClass().getSimpleName();
                    LOG.log(Level.WARNING, "the feed was lost ({0}); tokens are asked about meanwhile", cause);
                }
            }
            try {
                Thread.sleep(backoff.delay(ThreadLocalRandom.current().nextDouble()).toMillis());
            } catch (InterruptedException why) {
                return;
            }
        }
    }

    private void listen(Backoff backoff) throws IOException, InterruptedException, BrokenStreamException {
        if (!local.hasKeys()) {
            readKeys.run();
        }
        try (FeedConnection connection = FeedConnection.open(http, settings, local.feed.lastId())) {
            Listening listening = new Listening(local, clock);
            Runnable looked = () -> local.feed.looked(clock.now());
            Optional<ByteBuffer> piece = connection.next(looked);
            while (piece.isPresent()) {
                if (listening.hear(piece.get()) && (rotating == null || !rotating.isAlive())) {
                    // The feed must go on being heard meanwhile.
                    rotating = new Thread(this::readRotatedKeys, "portico-keys");
                    rotating.setDaemon(true);
                    rotating.start();
                }
                if (local.feed.hasCaughtUp()) {
                    backoff.worked();
                }
                piece = connection.next(looked);
            }
        }
    }

    private void readRotatedKeys() {
        try {
            while (local.areKeysStale() && !closed) {
                readKeys.run();
            }
            warned = false;
        } catch (UnavailableException why) {
            // Tried again with what the feed says next; told once.
            if (!warned) {
                LOG.log(Level.WARNING, "rotated keys cannot be read yet: {0}", why.getMessage());
            }
            warned = true;
        }
    }
}
