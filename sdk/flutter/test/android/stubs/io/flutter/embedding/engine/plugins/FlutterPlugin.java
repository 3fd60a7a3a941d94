package io.flutter.embedding.engine.plugins;

import android.content.Context;
import io.flutter.embedding.engine.FlutterEngine;
import io.flutter.plugin.common.BinaryMessenger;

public interface FlutterPlugin {
    void onAttachedToEngine(FlutterPluginBinding binding);

    void onDetachedFromEngine(FlutterPluginBinding binding);

    class FlutterPluginBinding {
        private final Context context;
        private final FlutterEngine engine;
        private final BinaryMessenger messenger;

        public FlutterPluginBinding(Context context, FlutterEngine engine, BinaryMessenger messenger) {
            this.context = context;
            this.engine = engine;
            this.messenger = messenger;
        }

        public Context getApplicationContext() {
            return context;
        }

        @Deprecated
        public FlutterEngine getFlutterEngine() {
            return engine;
        }

        public BinaryMessenger getBinaryMessenger() {
            return messenger;
        }
    }
}
