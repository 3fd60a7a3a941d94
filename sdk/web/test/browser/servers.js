import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { FakePortico } from "../fake/portico.js";

const DIST = new URL("../../dist/", import.meta.url);
const PAGES = new URL("pages/", import.meta.url);

const READY = `parent.postMessage({ portico: 1, type: "ready" }, "*")`;

/** Documents that go on to another of their site, some of them after a `ready` of their own. */
const WAYS = {
  "/splash": `<script>onload = () => setTimeout(() => (location = "/slow"), 100)</script>`,
  "/refresh": `<meta http-equiv="refresh" content="0;url=/slow">`,
  "/jump": `<script>${READY}; location.replace("/#silent")</script>`,
  "/twice": `<script>onload = () => setTimeout(() => { ${READY}; location.replace("/#silent"); }, 50); ${READY}</script>`,
};

/** Listens on a free port of loopback; the answer's `origin` uses the name given. */
async function listen(name, handle) {
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://${name}:${server.address().port}`, close };
}

/**
 * One site: the SDK under `/sdk/`, `/config.json`, and the same page at every other path; at `/opaque` without an
 * origin.
 */
export function site(name, page, config) {
  const seen = [];
  const started = listen(name, async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    seen.push({ url: request.url, referer: request.headers.referer });
    response.setHeader("access-control-allow-origin", "*");
    if (pathname.startsWith("/sdk/")) {
      response.setHeader("content-type", "text/javascript");
      return response.end(await readFile(new URL(pathname.slice("/sdk/".length), DIST)));
    }
    if (pathname === "/late.png") return setTimeout(() => response.end(), 300);
    const script = WAYS[pathname];
    if (script) {
      response.setHeader("content-type", "text/html");
      return response.end(`<!doctype html>${script}`);
    }
    if (pathname === "/config.json") return response.end(JSON.stringify(config()));
    response.setHeader("content-type", "text/html");
    // A document may give its own origin up, in whatever frame it is.
    if (pathname === "/opaque") response.setHeader("content-security-policy", "sandbox allow-scripts");
    const late = pathname === "/slow" ? '<img src="/late.png">' : "";
    return response.end((await readFile(new URL(page, PAGES), "utf8")) + late);
  });
  return started.then((server) => ({ ...server, seen }));
}

/** A fake Portico on a port of its own, whose CORS is open to every origin. */
export async function portico() {
  let fake;
  const server = await listen("localhost", async (request, response) => {
    const cors = {
      "access-control-allow-origin": "*",
      "access-control-allow-headers": "authorization, last-event-id, content-type",
    };
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    if (request.method === "OPTIONS") return response.end();
    const stop = new AbortController();
    response.on("close", () => stop.abort());
    const body = request.method === "POST" ? Buffer.concat(await request.toArray()) : undefined;
    const answer = await fake.handle(
      new Request(fake.issuer + request.url, { method: request.method, headers: request.headers, body }),
      stop.signal,
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.flushHeaders();
    if (answer.body === null) return response.end();
    return Readable.fromWeb(answer.body)
      .on("error", () => response.destroy())
      .pipe(response);
  });
  fake = new FakePortico(server.origin);
  return { fake, close: server.close };
}
