package org.portico;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Questions in flight: whoever asks the same meanwhile waits for the same answer. */
final class Flights<T> {
    final Map<String, CompletableFuture<T>> flying = new ConcurrentHashMap<>();

    /** Gives the answer of {@code ask}, or of the one that flies already. */
    T join(String key, Supplier<T> ask) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<T> other = flying.putIfAbsent(key, mine);
        if (other != null) {
            return landed(other);
        }
        try {
            mine.complete(ask.get());
        } catch (RuntimeException | Error why) {
            mine.completeExceptionally(why);
        } finally {
            flying.remove(key);
        }
        return landed(mine);
    }

    private T landed(CompletableFuture<T> flight) {
        try {
            return flight.join();
        } catch (CompletionException why) {
            if (why.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw why;
        }
    }
}
