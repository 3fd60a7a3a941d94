import { isUtf8 } from "node:buffer";
import { decoded, fromBytes, stripped } from "./bytes.js";
import { textSpot } from "./spot.js";
export class NotParts extends Error {
}
export function findInParts(body, boundary, fields) {
    return parts(body, boundary).flatMap(({ start, end }) => {
        const blank = body.slice(start, end).indexOf("\r\n\r\n");
        if (blank < 0)
            throw new NotParts();
        const head = body.slice(start, start + blank);
        if (!isUtf8(fromBytes(head)))
            throw new NotParts();
        const field = readHead(decoded(head));
        const from = start + blank + 4;
        if (saysCharset(field.name) && !isPlain(body.slice(from, end)))
            throw new NotParts();
        const role = fields.role(field.name);
        if (role === undefined)
            return [];
        if (field.isFile)
            throw new NotParts();
        return [textSpot(from, end, role, decoded(body.slice(from, end)))];
    });
}
function parts(body, boundary) {
    const dash = `--${boundary}`;
    const found = [];
    let open;
    let isOver = false;
    for (let at = body.indexOf(dash); at >= 0; at = body.indexOf(dash, at + dash.length)) {
        const after = at + dash.length;
        const isLast = body.startsWith("--", after);
        const lineEnd = isLast ? after + 2 : after;
        const beginsALine = at === 0 || body.slice(at - 2, at) === "\r\n";
        const endsALine = body.startsWith("\r\n", lineEnd) || (isLast && lineEnd === body.length);
        if (isOver || !beginsALine || !endsALine || (open === undefined && at !== 0))
            throw new NotParts();
        if (open !== undefined) {
            if (open > at - 2)
                throw new NotParts();
            found.push({ start: open, end: at - 2 });
        }
        open = after + 2;
        isOver = isLast;
    }
    const rest = open !== undefined && isOver ? body.slice(open) : undefined;
    if (rest !== "" && rest !== "\r\n")
        throw new NotParts();
    return found;
}
function readHead(head) {
    let disposition;
    let isText = true;
    for (const line of head.split("\r\n")) {
        const [, name = "", value = ""] = /^([A-Za-z0-9-]+):([^\r\n\0]*)$/.exec(line) ?? [];
        switch (name.toLowerCase()) {
            case "":
                throw new NotParts();
            case "content-disposition":
                if (disposition !== undefined)
                    throw new NotParts();
                disposition = value;
                break;
            case "content-transfer-encoding":
                if (!/^(7bit|8bit|binary)$/i.test(value.trim()))
                    throw new NotParts();
                break;
            case "content-type":
                isText &&= isOfPlainText(value);
                break;
        }
    }
    const field = disposition === undefined ? undefined : readDisposition(disposition.trim());
    if (!field || !(isText || field.isFile))
        throw new NotParts();
    return field;
}
const PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"|([^\s"=,;\\]+))[ \t]*/y;
function readDisposition(value) {
    const kind = /^form-data[ \t]*/i.exec(value);
    if (!kind)
        throw new NotParts();
    let name;
    let isFile = false;
    PARAMETER.lastIndex = kind[0].length;
    while (PARAMETER.lastIndex < value.length) {
        const parameter = PARAMETER.exec(value);
        if (!parameter)
            throw new NotParts();
        const [, key = "", quoted, token = ""] = parameter;
        const text = quoted === undefined ? token : unquoted(quoted);
        const isOneWay = quoted?.includes("\\") !== true && !text.includes("=?") && !token.includes("'") && !/[\0-\x1f\x7f-\x9f]/.test(text);
        if (/^name$/i.test(key) && name === undefined && isOneWay)
            name = text;
        else if (/^filename\*?$/i.test(key))
            isFile = true;
        else
            throw new NotParts();
    }
    if (name === undefined)
        throw new NotParts();
    return { name, isFile };
}
function unquoted(text) {
    return text.replace(/\\(["\\])/g, "$1").replaceAll("%22", '"');
}
function saysCharset(name) {
    return name.trim().toLowerCase() === "_charset_";
}
const PLAIN = ["", "utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"];
function isPlain(charset) {
    return PLAIN.includes(stripped(charset, /[ \t\r\n\f]/).toLowerCase());
}
function isOfPlainText(type) {
    const [, after, ...more] = type.toLowerCase().split("charset");
    if (after === undefined)
        return true;
    if (more.length > 0 || !after.startsWith("="))
        return false;
    return isPlain(stripped((after.slice(1).split(";", 1)[0] ?? "").trim(), /"/));
}
