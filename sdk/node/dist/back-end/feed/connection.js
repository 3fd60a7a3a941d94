import { request as http } from "node:http";
import { request as https } from "node:https";
export class NotOpened extends Error {
}
const DEAD = 5000;
export function connectTo(issuer, credentials, dead = DEAD) {
    return async (lastEventId, signal) => {
        const { headers, fields } = await credentials.of(issuer);
        const url = new URL(`${issuer.replace(/\/$/, "")}/v1/feed`);
        if ("client_assertion" in fields)
            url.search = new URLSearchParams(fields).toString();
        const answer = await opened(url, {
            ...headers, accept: "text/event-stream", ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
        }, signal, dead);
        const type = answer.headers["content-type"] ?? "";
        if (answer.statusCode === 200 && /^text\/event-stream\b/i.test(type))
            return answer;
        answer.destroy();
        const hint = answer.statusCode === 401 ? ": are the app's credentials right, and is it not suspended?" : "";
        throw new NotOpened(`${answer.statusCode ?? 0} from /v1/feed${hint}`);
    };
}
function opened(url, headers, signal, dead) {
    return new Promise((resolve, reject) => {
        const request = (url.protocol === "https:" ? https : http)(url, { headers, signal, agent: false });
        const opening = setTimeout(() => request.destroy(new NotOpened("the feed does not open")), dead).unref();
        request.once("socket", (socket) => socket.unref());
        request.setTimeout(dead, () => request.destroy(new NotOpened("nothing arrives from the feed")));
        request.once("response", resolve);
        request.once("error", reject);
        for (const event of ["response", "close"])
            request.once(event, () => clearTimeout(opening));
        request.end();
    });
}
