import type { Documents } from "./documents.js";

/**
 * Opens `entry` in an iframe: hears only its own window at `origin`, and speaks only to a document that has said `ready`
 * there. A window outlives its documents; the port that comes with `ready` is one document's own, and ends with it. To a
 * document that brings none, the window is spoken to with that exact `targetOrigin`, until it loads something.
 *
 * @returns what closes it; an iframe that was `made` for it goes too.
 */
export function openFrame(
  iframe: HTMLIFrameElement,
  made: boolean,
  origin: string,
  entry: string,
  { hear, gone }: Documents,
): () => void {
  const closed = new AbortController();
  /** How often the document may still load; what it is told once it has gone is lost with its port in any case. */
  let left = 0;
  const onMessage = ({ source, origin: from, data, ports: [port] }: MessageEvent<unknown>): void => {
    if (!source || source !== iframe.contentWindow || from !== origin) return;
    // A port has no use for the origin.
    const post = (message: object) => (port ?? (source as Window)).postMessage(message, { targetOrigin: origin });
    if (!hear(data, post)) return;
    left = port ? 1 : 0;
  };
  window.addEventListener("message", onMessage, closed);
  iframe.addEventListener("load", () => left-- || gone(), closed);
  iframe.sandbox = "allow-scripts allow-same-origin allow-forms";
  iframe.referrerPolicy = "no-referrer";
  iframe.src = entry;
  return () => {
    closed.abort();
    if (made) iframe.remove();
  };
}
