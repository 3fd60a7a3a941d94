package org.portico;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a client may be made of. */
class SettingsTest {
    private static final String ISSUER = "https://id.example";

    private static void isRefused(Portico.Builder builder, Object wrong) {
        assertThrows(IllegalArgumentException.class, builder::build, String.valueOf(wrong));
    }

    @Test
    void what_cannot_work_is_refused_at_once() {
        for (String wrong : Arrays.asList(
                "http://id.example", "id.example", "https://id.example?x", "ftp://id.example", "https://u:p@id.example",
                "https://id.example/ ", null)) {
            isRefused(Portico.builder(wrong, "a", "s"), wrong);
        }
        for (String wrong : Arrays.asList("", null)) {
            isRefused(Portico.builder(ISSUER, wrong, "s"), wrong);
            isRefused(Portico.builder(ISSUER, "a", wrong), wrong);
        }
        for (Duration wrong : Arrays.asList(Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(Long.MAX_VALUE), null)) {
            isRefused(Portico.builder(ISSUER, "a", "s").timeout(wrong), wrong);
        }
        isRefused(Portico.builder(ISSUER, "a", "s").rememberedTokens(0), 0);
    }

    @Test
    void nothing_that_is_printed_holds_the_secret() {
        assertFalse(new Settings(ISSUER, "a", "se cret", Duration.ofSeconds(1), 1).toString().contains("cret"));
    }
}
