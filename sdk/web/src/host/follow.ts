import type { Fields } from "../shared/fields.js";
import { parsed } from "../shared/text.js";
import type { Context } from "./context.js";
import { authorized } from "./issuer.js";
import { EventParser, type StreamEvent } from "./sse.js";

const SILENCE_MS = 45_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Keeps `GET /v1/events` open until `stop`, and passes on what it says; with `fetch`, because an `EventSource` cannot
 * send a token. Resumes after the last event heard, waits longer after each failure in a row (1 s to 30 s), and takes a
 * stream that has been silent for 45 s for dead (the server pings every 15 s).
 */
export async function follow(host: Context, stop: AbortSignal): Promise<void> {
  const { env, events } = host;
  let parser = new EventParser();
  let failures = 0;
  while (!stop.aborted) {
    const attempt = new AbortController();
    const abort = (stop.onabort = () => attempt.abort());
    let cancel = env.timer(abort, SILENCE_MS);
    try {
      const last = parser.lastEventId;
      const headers = { accept: "text/event-stream", ...(last && { "last-event-id": last }) };
      const { body } = await authorized(host, "/v1/events", { headers, signal: attempt.signal });
      parser = new EventParser(last);
      events.emit("online", true);
      const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        cancel();
        cancel = env.timer(abort, SILENCE_MS);
        for (const event of parser.push(piece.value)) {
          if (stop.aborted) return;
          failures = 0;
          heard(host, event);
        }
      }
    } catch {
      // Whatever it was: once more, a little later.
    }
    cancel();
    abort();
    if (stop.aborted) return;
    events.emit("online", false);
    const longest = Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** failures++);
    await new Promise<unknown>((resolve) => {
      stop.onabort = resolve;
      env.timer(() => resolve(null), (longest * (256 + env.random(1)[0]!)) / 512);
    });
  }
}

function heard({ events, open, over }: Context, { type, data }: StreamEvent): void {
  const fields = Object(parsed(data)) as Fields;
  if (type === "session_expired") void over(fields["reason"] ?? "expired");
  if (type === "consent_changed") {
    const appId = fields["app_id"]!;
    const change = { scope: fields["scope"]!, removed: fields["removed"]! };
    for (const miniProgram of open) if (miniProgram.appId === appId) miniProgram.consentChanged(change);
    events.emit(type, { appId, ...change });
  }
  if (type === "profile_changed") events.emit(type, { claims: fields["claims"] as unknown as string[] });
}
