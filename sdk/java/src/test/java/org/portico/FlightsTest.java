package org.portico;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Questions that threads share. */
class FlightsTest {
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();

    @Test
    void aQuestionIsJoinedOnlyWithinTheSecondInWhichItWasAsked() {
        String asked = Portico.withinSecond("t", new Now(0, 7_000_000_000L));
        assertEquals(asked, Portico.withinSecond("t", new Now(0, 7_999_999_999L)));
        assertNotEquals(asked, Portico.withinSecond("t", new Now(0, 8_000_000_000L)));
        assertNotEquals(asked, Portico.withinSecond("u", new Now(0, 7_000_000_000L)));
    }

    @Test
    void threads_that_ask_the_same_meanwhile_share_one_answer() throws Exception {
        Flights<Integer> flights = new Flights<>(9);
        CompletableFuture<Integer> answered = new CompletableFuture<>();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<Integer>> answers = IntStream.range(0, 8)
                .mapToObj(number -> pool.submit(() -> flights.join("a", () -> {
                    asked.add("once");
                    return answered;
                })))
                .toList();
        while (flights.flying.isEmpty() || flights.flying.get("a").getNumberOfDependents() < 8) {
            Thread.onSpinWait();
        }
        answered.complete(7);
        for (Future<Integer> one : answers) {
            assertEquals(7, one.get(10, TimeUnit.SECONDS));
        }
        pool.shutdown();
        assertEquals(List.of("once"), List.copyOf(asked));
        assertEquals(8, flights.join("a", () -> CompletableFuture.completedFuture(8)));
    }
}
