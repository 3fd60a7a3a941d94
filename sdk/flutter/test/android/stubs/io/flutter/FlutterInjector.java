package io.flutter;

import io.flutter.embedding.engine.loader.FlutterLoader;

public final class FlutterInjector {
    public static FlutterInjector instance() {
        return new FlutterInjector();
    }

    public FlutterLoader flutterLoader() {
        return new FlutterLoader();
    }
}
