const LONGEST = 64 * 1024;
export function send(response, { status, headers, body }) {
    if (response.headersSent)
        return;
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
    response.end(body);
}
export async function formOf(request, parsed) {
    if (typeof parsed === "string")
        return parsed;
    if (Buffer.isBuffer(parsed))
        return parsed.toString("utf8");
    const isLeft = !request.readableDidRead && isEmpty(parsed);
    if (typeof parsed === "object" && parsed !== null && !isLeft)
        return rewritten(parsed);
    const pieces = [];
    let size = 0;
    for await (const piece of request) {
        size += piece.length;
        if (size > LONGEST)
            return undefined;
        pieces.push(piece);
    }
    return Buffer.concat(pieces).toString("utf8");
}
function isEmpty(parsed) {
    return typeof parsed === "object" && parsed !== null && Object.keys(parsed).length === 0;
}
function rewritten(parsed) {
    const fields = Object.entries(parsed).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string").map((one) => [name, one]));
    return new URLSearchParams(fields).toString();
}
