package io.flutter.embedding.engine.dart;

public class DartExecutor {
    public static class DartEntrypoint {
        public DartEntrypoint(String pathToBundle, String dartEntrypointFunctionName) {}

        public DartEntrypoint(String pathToBundle, String dartEntrypointLibrary, String dartEntrypointFunctionName) {}
    }
}
