import { areUnderstood } from "../coding.js";
import { parametersOf, readMediaType } from "./media-type.js";
import { values } from "./message.js";
import { badAnswer, badRequest, wrongKind } from "./wrong.js";
export function requestKind(maps, headers, length) {
    const { json, form } = maps.request;
    const types = values(headers, "content-type");
    const charsets = json || !form.isEmpty ? PLAIN : OVER_ASCII;
    if (isAnyDeclared(maps) && !types.every((type) => isIn(type, charsets)))
        throw wrongKind("the body must be in UTF-8");
    if (length === undefined || (!json && form.isEmpty))
        return undefined;
    const [type, ...more] = types;
    if (type === undefined && length === 0)
        return undefined;
    const mime = more.length === 0 ? read(type) : undefined;
    if (!mime)
        throw wrongKind("the body must say that it is of a type in which OpenIDs are declared");
    return knownKind(mime, json !== undefined, !form.isEmpty);
}
function isAnyDeclared({ request: { path, query, form, cookie, header, json } }) {
    return path.length > 0 || json !== undefined || [query, form, cookie, header].some(({ isEmpty }) => !isEmpty);
}
const PLAIN = /^(utf-?8|us-ascii|iso-8859-1|windows-1252)$/i;
const OVER_ASCII = /^(utf-?8|us-ascii|iso-8859-.*|windows-125.*|koi8-.*|gb2312|gbk|gb18030|big5.*|euc-.*|shift_jis)$/i;
function isIn(type, charsets) {
    const words = type.match(/charset/gi)?.length ?? 0;
    const mime = words === 1 ? readMediaType(type) : undefined;
    const [charset = ""] = mime ? parametersOf(mime, "charset") : [];
    return words === 0 || charsets.test(charset);
}
function knownKind(mime, json, form) {
    if (json && isJson(mime))
        return "json";
    if (form && mime.essence === "application/x-www-form-urlencoded")
        return "form";
    if (form && mime.essence === "multipart/form-data") {
        const boundary = boundaryOf(mime);
        if (boundary === undefined)
            throw badRequest("the form has no boundary, or not one alone");
        return { boundary };
    }
    throw wrongKind("the body is of another type than those in which OpenIDs are declared");
}
function boundaryOf(mime) {
    const [boundary = "", ...more] = parametersOf(mime, "boundary");
    const isAlone = more.length === 0 && mime.parameters.every(([name]) => ["boundary", "charset"].includes(name));
    return isAlone && /^[0-9A-Za-z_+.:=/?()-]{1,70}$/.test(boundary) ? boundary : undefined;
}
export function answerKind(maps, method, answer) {
    if (isBodiless(method, answer.status))
        return undefined;
    const kind = kindByType(maps, answer.headers);
    if (kind && answer.status === 206)
        throw badAnswer("the answer is a part of a body in which OpenIDs may stand");
    if (kind && !areUnderstood(codings(answer.headers))) {
        throw badAnswer("the answer is in a content coding that is not understood");
    }
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
    return type === undefined ? undefined : readMediaType(type);
}
function isJson({ subtype }) {
    return /^(x-)?json(\+[^+]*)?$|.\+json$/.test(subtype);
}
export function codings(headers) {
    const tokens = values(headers, "content-encoding").flatMap((value) => value.split(","));
    return tokens.map((token) => token.trim().toLowerCase()).filter((token) => token !== "" && token !== "identity");
}
