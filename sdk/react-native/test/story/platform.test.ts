// The default environment: React Native's own XMLHttpRequest, over sockets.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { environment } from "../../src/net/platform";

let server: Server;
let url = "";
let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};

beforeAll(async () => {
  server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const env = environment();

/** What a stream told, until it ended or was closed. */
function listen(closeAt?: string) {
  const told: (string | number)[] = [];
  let close = () => {};
  const done = new Promise<void>((resolve) => {
    close = env.stream(
      { method: "GET", url: `${url}/v1/events`, headers: { accept: "text/event-stream" } },
      {
        opened: (status) => told.push(status),
        heard: (piece) => {
          told.push(piece);
          if (piece === closeAt) {
            close();
            setTimeout(resolve, 50);
          }
        },
        ended: () => {
          told.push("ended");
          resolve();
        },
      },
    );
  });
  return { told, done };
}

test("an answer comes with its status, headers and text, and a request with its own", async () => {
  let seen = "";
  handle = (request, response) => {
    request.on("data", (piece: Buffer) => (seen += piece.toString()));
    request.on("end", () => {
      seen += ` ${request.method} ${request.url} ${request.headers["content-type"]}`;
      response.writeHead(400, { "retry-after": "7" }).end("Ζωή");
    });
  };
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await env.send({ method: "POST", url: `${url}/oauth/token`, headers, body: "a=b" });
  expect([answer.status, answer.header("retry-after"), answer.body]).toEqual([400, "7", "Ζωή"]);
  expect(seen).toBe("a=b POST /oauth/token application/x-www-form-urlencoded");
});

test("no answer is a rejection", async () => {
  handle = (_, response) => response.destroy();
  await expect(env.send({ method: "GET", url, headers: {} })).rejects.toThrow("no answer");
});

test("a stream is heard piece by piece while it is open, and its end is told once", async () => {
  const pieces: ServerResponse[] = [];
  handle = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("event: ping\n");
    pieces.push(response);
  };
  const { told, done } = listen();
  while (!told.includes("event: ping\n")) await new Promise((resolve) => setTimeout(resolve, 5));
  pieces[0]?.write("data: {}\n\n");
  while (told.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  pieces[0]?.end();
  await done;
  expect(told).toEqual([200, "event: ping\n", "data: {}\n\n", "ended"]);
});

test("a stream that is closed here says nothing any more, and the server sees it close", async () => {
  const closed = new Promise<void>((resolve) => {
    handle = (_, response) => {
      response.on("close", resolve);
      response.writeHead(200).write("a");
    };
  });
  const { told, done } = listen("a");
  await Promise.all([closed, done]);
  expect(told).toEqual([200, "a"]);
});

test("a stream that has grown too long ends, to be opened again", async () => {
  handle = (_, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(64 * 1024)));
    };
    response.on("drain", more);
    more();
  };
  const { told, done } = listen();
  await done;
  const heard = told.filter((each) => typeof each === "string" && each !== "ended") as string[];
  expect(heard.join("").length).toBeGreaterThan(512 * 1024);
  expect(heard.join("").length).toBeLessThan(1024 * 1024);
  expect(told.filter((each) => each === "ended")).toHaveLength(1);
});
