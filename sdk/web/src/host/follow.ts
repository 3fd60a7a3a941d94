import { authorized } from "./issuer.js";
import { DEADLINE_MS } from "../shared/request.js";
import type { Context } from "./context.js";
import { eventParser } from "./sse.js";
import { parsed } from "../shared/text.js";

const SILENCE_MS = 45_000;

/** What events say, each some of it. */
type Said = Readonly<Record<"reason" | "app_id" | "scope" | "removed", string> & { claims: string[] }>;

/**
 * Keeps `GET /v1/events` open until the returned function is called, and passes on what it says; with `fetch`, because
 * an `EventSource` cannot send a token. Resumes after the last event heard, waits longer after each failure in a row (1 s
 * to 30 s), and takes a stream that has been silent for 45 s for dead (the server pings every 15 s).
 */
export function follow(host: Context): () => void {
  const { env, events, open, over } = host;
  let last = "";
  let failures = 0;
  /** Ends the attempt, or the waiting for the next. */
  let stop: (() => void) | undefined;
  const begin = async (): Promise<void> => {
    const attempt = new AbortController();
    const abort = (stop = () => attempt.abort());
    try {
      const headers = { accept: "text/event-stream", ...(last && { "last-event-id": last }) };
      const { body } = await authorized(host, "/v1/events", { headers, signal: attempt.signal }).finally(
        env.timer(abort, DEADLINE_MS),
      );
      const parse = eventParser(last);
      events.emit("online", true);
      const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value } = await reader.read().finally(env.timer(abort, SILENCE_MS));
        if (!value) break;
        for (const { id, event, data } of parse(value)) {
          last = id;
          if (!data) continue;
          failures = 0;
          const { reason = "expired", app_id: appId, scope, removed, claims } = Object(parsed(data)) as Said;
          if (event === "session_expired") void over(reason);
          if (event === "consent_changed") {
            for (const each of open) if (each.appId === appId) each.consentChanged({ scope, removed });
            events.emit(event, { appId, scope, removed });
          }
          if (event === "profile_changed") events.emit(event, { claims });
        }
      }
    } catch {
      // Whatever it was: once more, a little later.
    }
    abort();
    if (!stop) return;
    const longest = Math.min(DEADLINE_MS, 1_000 * 2 ** failures++);
    stop = env.timer(begin, (longest * (256 + env.random(1)[0]!)) / 512);
    // Whoever hears it may end the following.
    events.emit("online", false);
  };
  void begin();
  return () => {
    stop?.();
    stop = undefined;
  };
}
