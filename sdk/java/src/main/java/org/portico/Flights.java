package org.portico;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Questions in flight: whoever asks the same meanwhile waits for the same answer, each for themselves. Whoever gives up
 * waiting takes the answer from nobody.
 */
final class Flights<T> {
    final Map<String, CompletableFuture<T>> flying = new ConcurrentHashMap<>();

    private final Semaphore room;

    /** @param most how many may fly at once */
    Flights(int most) {
        this.room = new Semaphore(most);
    }

    /**
     * Gives the answer of {@code ask}, or of the one that flies already.
     *
     * @param ask begins to ask, and waits for nothing
     * @throws UnavailableException if as many fly as may, or if the thread is interrupted meanwhile, which it stays
     */
    T join(String key, Supplier<CompletableFuture<T>> ask) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<T> other = flying.putIfAbsent(key, mine);
        if (other != null) {
            return landed(other);
        }
        boolean hasRoom = room.tryAcquire();
        begun(hasRoom ? ask : Flights::refused).whenComplete((answer, why) -> {
            flying.remove(key);
            if (hasRoom) {
                room.release();
            }
            if (why == null) {
                mine.complete(answer);
            } else {
                mine.completeExceptionally(why instanceof CompletionException ? why.getCause() : why);
            }
        });
        return landed(mine);
    }

    private static <T> CompletableFuture<T> refused() {
        String why = "too many tokens that cannot be verified are asked about";
        return CompletableFuture.failedFuture(new UnavailableException(why));
    }

    private CompletableFuture<T> begun(Supplier<CompletableFuture<T>> ask) {
        try {
            return ask.get();
        } catch (RuntimeException | Error why) {
            return CompletableFuture.failedFuture(why);
        }
    }

    private T landed(CompletableFuture<T> flight) {
        try {
            return flight.get();
        } catch (InterruptedException why) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while Portico was asked", why);
        } catch (ExecutionException why) {
            if (why.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(why.getCause());
        }
    }
}
