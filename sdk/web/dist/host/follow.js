import { authorized } from "./issuer.js";
import { DEADLINE_MS } from "../shared/request.js";
import { eventParser } from "./sse.js";
import { parsed } from "../shared/text.js";
const SILENCE_MS = 45_000;
export function follow(host) {
    const { env, events, open, over } = host;
    let last = "";
    let failures = 0;
    let stop;
    const begin = async () => {
        const attempt = new AbortController();
        const abort = (stop = () => attempt.abort());
        try {
            const headers = { accept: "text/event-stream", ...(last && { "last-event-id": last }) };
            const { body } = await authorized(host, "/v1/events", { headers, signal: attempt.signal }).finally(env.timer(abort, DEADLINE_MS));
            const parse = eventParser(last);
            events.emit("online", true);
            const reader = body.pipeThrough(new TextDecoderStream()).getReader();
            for (;;) {
                const { value } = await reader.read().finally(env.timer(abort, SILENCE_MS));
                if (!value)
                    break;
                for (const { id, event, data } of parse(value)) {
                    last = id;
                    if (!data)
                        continue;
                    failures = 0;
                    const { reason = "expired", app_id: appId, scope, removed, claims } = Object(parsed(data));
                    if (event === "session_expired")
                        void over(reason);
                    if (event === "consent_changed") {
                        for (const each of open)
                            if (each.appId === appId)
                                each.consentChanged({ scope, removed });
                        events.emit(event, { appId, scope, removed });
                    }
                    if (event === "profile_changed")
                        events.emit(event, { claims });
                }
            }
        }
        catch {
        }
        abort();
        if (!stop)
            return;
        const longest = Math.min(DEADLINE_MS, 1_000 * 2 ** failures++);
        stop = env.timer(begin, (longest * (256 + env.random(1)[0])) / 512);
        events.emit("online", false);
    };
    void begin();
    return () => {
        stop?.();
        stop = undefined;
    };
}
