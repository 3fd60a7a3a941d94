package org.portico;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** The vectors that every back-end SDK agrees on. */
public final class Vectors {
    private static final Path FOLDER = Path.of("../vectors/back-end");

    private Vectors() {}

    public static Map<String, Object> read(String name) {
        try {
            return JsonUtil.parseJson(Files.readString(FOLDER.resolve(name + ".json")));
        } catch (IOException why) {
            throw new UncheckedIOException(why);
        } catch (JoseException why) {
            throw new IllegalStateException(why);
        }
    }

    @SuppressWarnings("unchecked")
    public static List<Map<String, Object>> list(Map<String, Object> object, String name) {
        return (List<Map<String, Object>>) object.get(name);
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(Map<String, Object> object, String name) {
        return (Map<String, Object>) object.get(name);
    }

    @SuppressWarnings("unchecked")
    public static List<String> words(Map<String, Object> object, String name) {
        return (List<String>) object.get(name);
    }

    /** One test for each case, by its name. */
    public static Stream<DynamicTest> tests(List<Map<String, Object>> cases, ThrowingConsumer<Map<String, Object>> test) {
        return cases.stream().map(one -> DynamicTest.dynamicTest((String) one.get("name"), () -> test.accept(one)));
    }
}
