import { request as http } from "node:http";
import { request as https } from "node:https";
export class NotOpened extends Error {
}
const DEAD = 5000;
export function connectTo(issuer, credentials) {
    return async (lastEventId, signal) => {
        const { headers, fields } = await credentials.of(issuer);
        const url = new URL(`${issuer.replace(/\/$/, "")}/v1/feed`);
        if ("client_assertion" in fields)
            url.search = new URLSearchParams(fields).toString();
        const answer = await opened(url, {
            ...headers, accept: "text/event-stream", ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
        }, signal);
        const type = answer.headers["content-type"] ?? "";
        if (answer.statusCode === 200 && /^text\/event-stream\b/i.test(type))
            return answer;
        answer.destroy();
        const hint = answer.statusCode === 401 ? ": are the app's credentials right, and is it not suspended?" : "";
        throw new NotOpened(`${answer.statusCode ?? 0} from /v1/feed${hint}`);
    };
}
function opened(url, headers, signal) {
    return new Promise((resolve, reject) => {
        const request = (url.protocol === "https:" ? https : http)(url, { headers, signal, agent: false });
        request.once("socket", (socket) => socket.unref());
        request.setTimeout(DEAD, () => request.destroy(new NotOpened("nothing arrives from the feed")));
        request.once("response", resolve);
        request.once("error", reject);
        request.end();
    });
}
