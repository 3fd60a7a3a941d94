package io.flutter.embedding.engine;

import io.flutter.embedding.engine.plugins.PluginRegistry;

public class FlutterEngine {
    private final PluginRegistry plugins = new PluginRegistry();

    public PluginRegistry getPlugins() {
        return plugins;
    }

    public void destroy() {}
}
