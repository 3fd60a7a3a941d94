package org.portico;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern MEMBER = Pattern.compile(
            "([{,])[ \\t\\r\\n]*+TEXT[ \\t\\r\\n]*+:[ \\t\\r\\n]*+TEXT[ \\t\\r\\n]*+"
                    .replace("TEXT", "\"([^\"\\\\\\p{Cntrl}]*+)\""));

    private Json() {}

    static Map<String, Object> object(String text) throws ShapeException {
        Map<String, Object> plain = plain(text);
        if (plain != null) {
            return plain;
        }
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

    /**
     * An object of nothing but plain texts, as the events of the feed are; null for anything else. The parser takes forty
     * times as long only to begin, which a burst of events would feel.
     */
    private static Map<String, Object> plain(String text) {
        Map<String, Object> members = new HashMap<>();
        Matcher member = MEMBER.matcher(text);
        int end = 0;
        while (member.lookingAt() && members.putIfAbsent(member.group(2), member.group(3)) == null) {
            end = member.end();
            if (member.group(1).equals("{") != (members.size() == 1)) {
                return null;
            }
            member.region(end, text.length());
        }
        return end == text.length() - 1 && end > 0 && text.charAt(end) == '}' ? members : null;
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
