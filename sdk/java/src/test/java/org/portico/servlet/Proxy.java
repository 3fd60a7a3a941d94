package org.portico.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A small proxy before the server; while it is silent, it passes on nothing that the server says on the feed. */
final class Proxy implements AutoCloseable {
    final AtomicInteger introspections = new AtomicInteger();
    final AtomicInteger feeds = new AtomicInteger();
    volatile boolean silent;
    volatile int target;
    private final ServerSocket listening;

    Proxy() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException over) {
                // One end has closed, and so do both.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (!listening.isClosed()) {
            Socket client = listening.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            boolean[] feed = {false};
            start(() -> up(client, server, feed));
            start(() -> down(server, client, feed));
        }
    }

    private void up(Socket client, Socket server, boolean[] feed) throws IOException {
        try (client; server) {
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            byte[] buffer = new byte[65536];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                String text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                introspections.addAndGet(text.split("POST /oauth/introspect ", -1).length - 1);
                if (text.startsWith("GET /v1/feed ")) {
                    feed[0] = true;
                    feeds.incrementAndGet();
                }
                out.write(buffer, 0, read);
            }
        }
    }

    private void down(Socket server, Socket client, boolean[] feed) throws IOException {
        try (server; client) {
            InputStream in = server.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[65536];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!(feed[0] && silent)) {
                    out.write(buffer, 0, read);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
