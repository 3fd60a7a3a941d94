package io.flutter.embedding.engine;

import android.content.Context;
import io.flutter.embedding.engine.dart.DartExecutor;

public class FlutterEngineGroup {
    public FlutterEngineGroup(Context context) {}

    public FlutterEngine createAndRunEngine(Context context, DartExecutor.DartEntrypoint dartEntrypoint) {
        return new FlutterEngine();
    }
}
