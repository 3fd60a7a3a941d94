package org.portico;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Server-sent events (HTML Standard §9.2.6), from the bytes of one connection as they come. */
final class EventParser {
    /** More characters than this in one event are no event of Portico's. */
    static final int LONGEST_EVENT = 64 * 1024;

    /**
     * One event.
     *
     * @param id the id that the event itself carries; null where it carries none
     */
    record Event(String name, String data, String id) {}

    /** The stream is no event stream, or not one of Portico's. */
    static final class BrokenStreamException extends Exception {
        BrokenStreamException(String message) {
            super(message);
        }
    }

    /** Whoever is told. */
    interface Listener {
        void hear(Event event) throws BrokenStreamException;
    }

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer undecoded = ByteBuffer.allocate(0);
    private final StringBuilder line = new StringBuilder();
    private boolean started;
    private boolean afterReturn;
    private String name;
    private String id;
    private StringBuilder data;
    private int size;

    EventParser() {
        clear();
    }

    private void clear() {
        name = "message";
        id = null;
        data = null;
        size = 0;
    }

    /** Gives the events that end in these bytes. */
    void feed(ByteBuffer bytes, Listener listener) throws BrokenStreamException {
        CharBuffer text = decoded(bytes);
        while (text.hasRemaining()) {
            char next = text.get();
            if (!started) {
                started = true;
                if (next == '\ufeff') {
                    continue;
                }
            }
            // A carriage return ends a line at once; a line feed may still belong to it.
            boolean secondHalf = afterReturn && next == '\n';
            afterReturn = next == '\r';
            if (secondHalf) {
                continue;
            }
            if (next == '\n' || next == '\r') {
                end(listener);
            } else {
                line.append(next);
            }
            if (size + line.length() > LONGEST_EVENT) {
                throw new BrokenStreamException("an event without an end");
            }
        }
    }

    private CharBuffer decoded(ByteBuffer bytes) {
        int length = undecoded.remaining() + bytes.remaining();
        ByteBuffer all = ByteBuffer.allocate(length).put(undecoded).put(bytes).flip();
        CharBuffer text = CharBuffer.allocate(all.remaining() + 1);
        decoder.decode(all, text, false);
        undecoded = all;
        return text.flip();
    }

    private void end(Listener listener) throws BrokenStreamException {
        String ended = line.toString();
        line.setLength(0);
        size += ended.length();
        if (!ended.isEmpty()) {
            int colon = ended.indexOf(':');
            String field = colon < 0 ? ended : ended.substring(0, colon);
            String value = colon < 0 ? "" : ended.substring(colon + 1);
            take(field, value.startsWith(" ") ? value.substring(1) : value);
            return;
        }
        Event event = data == null ? null : new Event(name, data.toString(), id);
        clear();
        if (event != null) {
            listener.hear(event);
        }
    }

    private void take(String field, String value) {
        switch (field) {
            case "event" -> name = value;
            case "data" -> data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
            case "id" -> id = value.indexOf('\0') < 0 ? value : id;
            default -> { }
        }
    }
}
