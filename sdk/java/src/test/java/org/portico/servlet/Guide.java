package org.portico.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The programs that the guide shows, written to a folder and compiled as they stand.
 *
 * @param folder of the web application
 * @param classes of the programs
 */
record Guide(Path folder, ClassLoader classes) {
    private static final Path GUIDE = Path.of("../../docs/guides/quick-start-java.md");

    Guide(Path folder, String... files) throws IOException {
        this(folder, compiled(folder, files));
    }

    private static ClassLoader compiled(Path folder, String... files) throws IOException {
        Path info = Files.createDirectories(folder.resolve("WEB-INF"));
        Path classes = Files.createDirectories(folder.resolve("compiled"));
        List<String> arguments = new ArrayList<>(List.of(
                "-d", classes.toString(), "-Xlint:all,-processing,-serial", "-Werror",
                "-cp", System.getProperty("java.class.path")));
        for (String file : files) {
            Path written = info.resolve(file);
            String shown = shown(file);
            assertEquals(Files.readString(Path.of("examples").resolve(file)), shown, "examples/" + file);
            Files.writeString(written, shown);
            if (file.endsWith(".java")) {
                arguments.add(written.toString());
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(0, compiler.run(null, System.out, System.err, arguments.toArray(String[]::new)), "compiling the guide");
        return new URLClassLoader(new URL[] {classes.toUri().toURL()}, Guide.class.getClassLoader());
    }

    private static String shown(String file) throws IOException {
        Pattern block = Pattern.compile(
                "^<!-- " + Pattern.quote(file) + " -->\n```[a-z]+\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
        Matcher found = block.matcher(Files.readString(GUIDE));
        assertTrue(found.find(), "the guide shows no " + file);
        return found.group(1);
    }
}
