package org.portico;

import java.util.Map;
import java.util.Optional;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;

/** JSON objects, and the members that are of the shape that is wanted. */
final class Json {
    /** What came is of another shape. */
    static final class ShapeException extends Exception {
        ShapeException(String message) {
            super(message);
        }
    }

    private Json() {}

    static Map<String, Object> object(String text) throws ShapeException {
        try {
            Map<String, Object> object = JsonUtil.parseJson(text);
            if (object == null) {
                throw new ShapeException("no JSON object");
            }
            return object;
        } catch (JoseException | RuntimeException why) {
            throw new ShapeException("no JSON object");
        }
    }

    static String text(Map<String, Object> object, String name) throws ShapeException {
        if (object.get(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new ShapeException("no " + name);
    }

    static Optional<String> textIfAny(Map<String, Object> object, String name) throws ShapeException {
        return object.containsKey(name) ? Optional.of(text(object, name)) : Optional.empty();
    }

    /** A NumericDate (RFC 7519 §2), in seconds since 1970. */
    static double seconds(Map<String, Object> object, String name) throws ShapeException {
        if (object.get(name) instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw new ShapeException("no " + name);
    }
}
