package org.portico;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** An answer that never ends. */
final class Trickle {
    private Trickle() {}

    /** Serves what goes on for as long as anybody listens, and is never silent for long, in place of an answer. */
    static ServerSocket serve(String head, String drop) throws IOException {
        ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread serving = new Thread(() -> {
            try (Socket socket = listening.accept()) {
                OutputStream out = socket.getOutputStream();
                out.write(head.getBytes(StandardCharsets.US_ASCII));
                while (true) {
                    out.write(drop.getBytes(StandardCharsets.US_ASCII));
                    Thread.sleep(20);
                }
            } catch (IOException | InterruptedException why) {
                // Nobody listens any more.
            }
        });
        serving.setDaemon(true);
        serving.start();
        return listening;
    }
}
