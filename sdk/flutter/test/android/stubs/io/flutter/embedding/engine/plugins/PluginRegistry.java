package io.flutter.embedding.engine.plugins;

public class PluginRegistry {
    public boolean has(Class<? extends FlutterPlugin> type) {
        return false;
    }

    public FlutterPlugin get(Class<? extends FlutterPlugin> type) {
        return null;
    }

    public void add(FlutterPlugin plugin) {}
}
