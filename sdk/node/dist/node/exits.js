import { refusal } from "../refused.js";
export function answerWith(response, refused, exits = exitsOf(response)) {
    const { headers, body } = refusal(refused);
    const length = ["content-length", String(Buffer.byteLength(body))];
    answerInstead(response, { status: refused.status, headers: [...headers, length], body }, exits);
}
export function answerInstead(response, { status, headers, body }, exits = exitsOf(response)) {
    if (response.destroyed)
        return;
    for (const name of response.getHeaderNames())
        response.removeHeader(name);
    response.statusCode = status;
    response.statusMessage = "";
    for (const [name, value] of headers)
        response.setHeader(name, value);
    exits.end.call(response, body);
}
export function exitsOf({ writeHead, write, end, flushHeaders }) {
    return { writeHead, write: write, end: end, flushHeaders };
}
export function encodingAndDone(given) {
    const encoding = typeof given[0] === "string" ? given[0] : undefined;
    const done = given.find((one) => typeof one === "function");
    return [encoding, done];
}
export function setGiven(response, given) {
    if (!given)
        return;
    const flat = !Array.isArray(given) ? [] : Array.isArray(given[0]) ? given.flat() : given;
    const pairs = Array.isArray(given)
        ? Array.from({ length: flat.length / 2 }, (_, at) => [String(flat[2 * at]), flat[2 * at + 1]])
        : Object.entries(given);
    for (const [name] of pairs)
        response.removeHeader(name);
    for (const [name, value] of pairs) {
        if (value === undefined)
            continue;
        response.appendHeader(name, typeof value === "number" ? String(value) : value);
    }
}
