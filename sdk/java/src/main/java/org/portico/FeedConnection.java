package org.portico;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One connection of the feed, whose pieces are waited for no longer than a silence may last. */
final class FeedConnection implements AutoCloseable {
    /** After this long a silence the feed is connected anew. */
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

    /** A piece of the stream, or its end. */
    private record Piece(Optional<ByteBuffer> bytes) {}

    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private volatile Flow.Subscription subscription;
    private volatile boolean closed;

    private FeedConnection() {}

    static FeedConnection open(HttpClient http, Settings settings, Optional<String> lastId)
            throws IOException, InterruptedException {
        // Without a timeout of its own, which would cut an open feed where it covers the body too (from Java 26 on).
        HttpRequest.Builder request = HttpRequest.newBuilder(settings.feed())
                .header("accept", "text/event-stream")
                .header("cache-control", "no-store")
                .header("authorization", settings.authorization());
        lastId.ifPresent(id -> request.header("last-event-id", id));
        FeedConnection connection = new FeedConnection();
        CompletableFuture<HttpResponse<Void>> opening =
                http.sendAsync(request.build(), info -> connection.new Pieces(isEventStream(info)));
        try {
            HttpResponse<Void> response = opening.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (!isEventStream(response)) {
                throw new IOException("Portico answered with status " + response.statusCode());
            }
            return connection;
        } catch (ExecutionException | TimeoutException why) {
            opening.cancel(true);
            connection.close();
            throw new IOException("the feed cannot be opened", why);
        } catch (InterruptedException | IOException why) {
            opening.cancel(true);
            connection.close();
            throw why;
        }
    }

    private static boolean isEventStream(HttpResponse.ResponseInfo info) {
        return info.statusCode() == 200 && isEventStream(info.headers().firstValue("content-type"));
    }

    private static boolean isEventStream(HttpResponse<?> response) {
        return response.statusCode() == 200 && isEventStream(response.headers().firstValue("content-type"));
    }

    private static boolean isEventStream(Optional<String> type) {
        return type.map(text -> text.split(";")[0].strip().toLowerCase(Locale.ROOT))
                .filter("text/event-stream"::equals)
                .isPresent();
    }

    /**
     * The next piece; empty at the end of the stream.
     *
     * @param looked told meanwhile, at least as often as every {@link Feed#LOOKS}, that time goes on
     */
    Optional<ByteBuffer> next(Runnable looked) throws IOException, InterruptedException {
        Piece piece = null;
        for (long looks = LONGEST_SILENCE.dividedBy(Feed.LOOKS); looks > 0 && piece == null; looks--) {
            piece = pieces.poll(Feed.LOOKS.toMillis(), TimeUnit.MILLISECONDS);
            looked.run();
        }
        if (piece == null) {
            throw new IOException("the feed was silent for too long");
        }
        if (piece.bytes.isPresent() && pieces.isEmpty()) {
            // No more is taken in than is listened to.
            subscription.request(1);
        }
        return piece.bytes;
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription open = subscription;
        if (open != null) {
            open.cancel();
        }
    }

    /** Puts aside what comes. The response is there as soon as its headers are. */
    private final class Pieces implements BodySubscriber<Void> {
        private final boolean wanted;

        Pieces(boolean wanted) {
            this.wanted = wanted;
        }

        @Override
        public CompletionStage<Void> getBody() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            if (closed || !wanted) {
                given.cancel();
            } else {
                given.request(1);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            buffers.forEach(bytes -> pieces.add(new Piece(Optional.of(bytes))));
        }

        @Override
        public void onError(Throwable why) {
            pieces.add(new Piece(Optional.empty()));
        }

        @Override
        public void onComplete() {
            pieces.add(new Piece(Optional.empty()));
        }
    }
}
