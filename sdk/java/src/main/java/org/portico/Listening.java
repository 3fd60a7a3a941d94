package org.portico;

import java.nio.ByteBuffer;
import org.portico.EventParser.BrokenStreamException;

/** Listening to one connection of the feed, from its first byte on. */
final class Listening {
    private final Local local;
    private final Now.Clock clock;
    private final EventParser parser = new EventParser();

    Listening(Local local, Now.Clock clock) {
        this.local = local;
        this.clock = clock;
        local.feed.opened();
    }

    /**
     * Takes in what came.
     *
     * @return whether the key set is to be read again
     * @throws BrokenStreamException if the connection is to be given up
     */
    boolean hear(ByteBuffer bytes) throws BrokenStreamException {
        boolean[] rotated = {false};
        long steady = clock.now().steady();
        try {
            parser.feed(bytes, event -> rotated[0] |= local.feed.hear(event, steady));
        } catch (BrokenStreamException why) {
            local.feed.broken();
            throw why;
        }
        if (rotated[0]) {
            local.keysRotated();
        }
        return rotated[0];
    }
}
