package io.flutter.plugin.common;

public final class EventChannel {
    private final BinaryMessenger messenger;
    private final String name;

    public EventChannel(BinaryMessenger messenger, String name) {
        this.messenger = messenger;
        this.name = name;
    }

    public void setStreamHandler(StreamHandler handler) {
        if (handler == null) messenger.events.remove(name);
        else messenger.events.put(name, handler);
    }

    public interface StreamHandler {
        void onListen(Object arguments, EventSink events);

        void onCancel(Object arguments);
    }

    public interface EventSink {
        void success(Object event);

        void error(String errorCode, String errorMessage, Object errorDetails);

        void endOfStream();
    }
}
