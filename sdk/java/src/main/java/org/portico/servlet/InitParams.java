package org.portico.servlet;

import jakarta.servlet.FilterConfig;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a filter's init-params say. */
final class InitParams {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

    private InitParams() {}

    static String needed(FilterConfig config, String name) {
        String value = config.getInitParameter(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        Matcher variable = VARIABLE.matcher(value.strip());
        return variable.matches() ? read(variable.group(1)) : value.strip();
    }

    static List<String> words(FilterConfig config, String name) {
        String value = config.getInitParameter(name);
        return value == null || value.isBlank() ? List.of() : Arrays.asList(value.strip().split("\\s+"));
    }

    /** Reads what an environment variable holds, or, for tests and application servers, a system property. */
    private static String read(String name) {
        String value = System.getenv(name);
        if (value == null) {
            value = System.getProperty(name);
        }
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("the environment has no " + name);
        }
        return value;
    }
}
