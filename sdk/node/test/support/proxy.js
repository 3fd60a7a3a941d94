// A proxy between back ends and Portico, which can fall silent or go away.

import { createServer, request as send } from "node:http";

/** Stands at an address of its own; `upstream` is set once the server behind it runs. */
export async function proxy() {
  const state = { upstream: undefined, isSilent: false, isDown: false, requests: [] };
  const streams = new Set();
  const server = createServer((request, response) => {
    if (state.isDown) return request.socket.destroy();
    state.requests.push(request.url);
    const { hostname, port } = new URL(state.upstream);
    const { method, headers, url: path } = request;
    const onwards = send({ hostname, port, method, headers, path, agent: false }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      const isFeed = path.startsWith("/v1/feed");
      if (isFeed) streams.add(response);
      // Silent is not closed: the connection stays, and what was said comes when it speaks again.
      const held = [];
      response.speak = () => held.splice(0).forEach((piece) => response.write(piece));
      answer.on("data", (piece) => (isFeed && state.isSilent ? held.push(piece) : response.write(piece)));
      answer.on("end", () => response.end());
      response.flushHeaders();
    });
    onwards.on("error", () => response.destroy());
    response.on("close", () => {
      streams.delete(response);
      onwards.destroy();
    });
    request.pipe(onwards);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${server.address().port}`;
  /** How often introspection was asked since the last time. */
  state.asked = () => {
    const count = state.requests.filter((path) => path === "/oauth/introspect").length;
    state.requests.length = 0;
    return count;
  };
  state.speak = () => {
    state.isSilent = false;
    streams.forEach((stream) => stream.speak());
  };
  /** Closes every feed that is open. */
  state.cut = () => streams.forEach((stream) => stream.destroy());
  state.stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return state;
}
