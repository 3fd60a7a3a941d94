package io.flutter.plugin.common;

public class MethodChannel {
    private final BinaryMessenger messenger;
    private final String name;

    public MethodChannel(BinaryMessenger messenger, String name) {
        this.messenger = messenger;
        this.name = name;
    }

    public void invokeMethod(String method, Object arguments) {
        messenger.dart.called(name, method, arguments);
    }

    public void setMethodCallHandler(MethodCallHandler handler) {
        if (handler == null) messenger.methods.remove(name);
        else messenger.methods.put(name, handler);
    }

    public interface MethodCallHandler {
        void onMethodCall(MethodCall call, Result result);
    }

    public interface Result {
        void success(Object result);

        void error(String errorCode, String errorMessage, Object errorDetails);

        void notImplemented();
    }
}
