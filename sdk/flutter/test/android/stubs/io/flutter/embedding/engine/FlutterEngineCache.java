package io.flutter.embedding.engine;

public class FlutterEngineCache {
    public static FlutterEngineCache getInstance() {
        return new FlutterEngineCache();
    }

    public FlutterEngine get(String engineId) {
        return null;
    }

    public void put(String engineId, FlutterEngine engine) {}

    public void remove(String engineId) {}
}
