package io.flutter.embedding.engine.loader;

public class FlutterLoader {
    public String findAppBundlePath() {
        return "flutter_assets";
    }
}
