package org.portico;

import java.nio.ByteBuffer;
import org.portico.EventParser.BrokenStreamException;

/** Listening to one connection of the feed, from its first byte on. */
final class Listening {
    private final Local local;
    private final Now.Clock clock;
    private final EventParser parser = new EventParser();

    /** When the last event came, or else the first piece of the connection. */
    private Now spokenAt;

    Listening(Local local, Now.Clock clock) {
        this.local = local;
        this.clock = clock;
        local.feed.opened();
    }

    /**
     * Takes in what came.
     *
     * @return whether the key set is to be read again now
     * @throws BrokenStreamException if the connection is to be given up
     * @throws UnavailableException if it is to be given up, and to be resumed: it has said nothing but comments for too long
     */
    boolean hear(ByteBuffer bytes) throws BrokenStreamException {
        Now now = clock.now();
        if (spokenAt == null) {
            spokenAt = now;
        }
        try {
            parser.feed(bytes, event -> {
                spokenAt = now;
                if (local.feed.hear(event, now)) {
                    local.keysRotated();
                } else if (event.name().equals("reset")) {
                    local.beganAnew(now);
                }
            });
        } catch (BrokenStreamException why) {
            local.feed.broken();
            throw why;
        }
        if (now.since(spokenAt) >= FeedConnection.LONGEST_SILENCE.toNanos()) {
            throw new UnavailableException("the feed says nothing");
        }
        return local.areKeysDue(now);
    }
}
