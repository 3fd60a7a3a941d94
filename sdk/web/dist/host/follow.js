import { parsed } from "../shared/text.js";
import { authorized } from "./issuer.js";
import { EventParser } from "./sse.js";
const SILENCE_MS = 45_000;
const LONGEST_WAIT_MS = 30_000;
export async function follow(host, stop) {
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
            const reader = body.pipeThrough(new TextDecoderStream()).getReader();
            for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
                cancel();
                cancel = env.timer(abort, SILENCE_MS);
                for (const event of parser.push(piece.value)) {
                    if (stop.aborted)
                        return;
                    failures = 0;
                    heard(host, event);
                }
            }
        }
        catch {
        }
        cancel();
        abort();
        if (stop.aborted)
            return;
        events.emit("online", false);
        const longest = Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** failures++);
        await new Promise((resolve) => {
            stop.onabort = resolve;
            env.timer(() => resolve(null), (longest * (256 + env.random(1)[0])) / 512);
        });
    }
}
function heard({ events, open, over }, { type, data }) {
    const fields = Object(parsed(data));
    if (type === "session_expired")
        void over(fields["reason"] ?? "expired");
    if (type === "consent_changed") {
        const appId = fields["app_id"];
        const change = { scope: fields["scope"], removed: fields["removed"] };
        for (const miniProgram of open)
            if (miniProgram.appId === appId)
                miniProgram.consentChanged(change);
        events.emit(type, { appId, ...change });
    }
    if (type === "profile_changed")
        events.emit(type, { claims: fields["claims"] });
}
