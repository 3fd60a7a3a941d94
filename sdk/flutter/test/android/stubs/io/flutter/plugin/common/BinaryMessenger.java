package io.flutter.plugin.common;

import java.util.HashMap;
import java.util.Map;

/** One engine, whose Dart code a test plays. */
public class BinaryMessenger {
    public final Map<String, MethodChannel.MethodCallHandler> methods = new HashMap<>();
    public final Map<String, EventChannel.StreamHandler> events = new HashMap<>();
    public Dart dart = (channel, method, arguments) -> {};

    public interface Dart {
        void called(String channel, String method, Object arguments);
    }
}
