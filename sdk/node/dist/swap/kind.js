import { MIMEType } from "node:util";
import { values } from "./message.js";
import { badAnswer, badRequest, wrongKind } from "./wrong.js";
export function requestKind(maps, headers, length) {
    const { json, form } = maps.request;
    if (length === undefined || (!json && form.isEmpty))
        return undefined;
    const [type, ...more] = values(headers, "content-type");
    if (type === undefined && length === 0)
        return undefined;
    const mime = more.length === 0 ? read(type) : undefined;
    if (!mime)
        throw wrongKind("the body must say that it is of a type in which OpenIDs are declared");
    const kind = knownKind(mime, json !== undefined, !form.isEmpty);
    const charset = mime.params.get("charset")?.toLowerCase();
    if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset)) {
        throw wrongKind("the body must be in UTF-8");
    }
    return kind;
}
function knownKind(mime, json, form) {
    if (json && isJson(mime))
        return "json";
    if (form && mime.essence === "application/x-www-form-urlencoded")
        return "form";
    if (form && mime.essence === "multipart/form-data") {
        const boundary = mime.params.get("boundary") ?? "";
        if (boundary === "" || boundary.length > 70)
            throw badRequest("the form has no boundary");
        return { boundary };
    }
    throw wrongKind("the body is of another type than those in which OpenIDs are declared");
}
export function answerKind(maps, method, answer) {
    if (isBodiless(method, answer.status))
        return undefined;
    const kind = kindByType(maps, answer.headers);
    if (kind && answer.status === 206)
        throw badAnswer("the answer is a part of a body in which OpenIDs may stand");
    return kind;
}
export function kindByType(maps, headers) {
    if (!maps.answer.json)
        return undefined;
    const [type, ...more] = values(headers, "content-type");
    if (more.length > 0)
        throw badAnswer("the answer has several types");
    const mime = read(type);
    if (!mime || ["text/html", "text/plain"].includes(mime.essence))
        return "perhaps";
    return isJson(mime) ? "json" : undefined;
}
export function isBodiless(method, status) {
    return method === "HEAD" || status < 200 || status === 204 || status === 304;
}
function read(type) {
    if (type === undefined || (type.match(/(charset|boundary)\s*\*?\d*\*?\s*=/gi)?.length ?? 0) > 1)
        return undefined;
    try {
        return new MIMEType(type);
    }
    catch {
        return undefined;
    }
}
function isJson({ subtype }) {
    return subtype === "json" || subtype.endsWith("+json");
}
export function codings(headers) {
    const tokens = values(headers, "content-encoding").flatMap((value) => value.split(","));
    return tokens.map((token) => token.trim().toLowerCase()).filter((token) => token !== "" && token !== "identity");
}
