import { decoded } from "./bytes.js";
import { textSpot } from "./spot.js";
export class NotParts extends Error {
}
export function findInParts(body, boundary, fields) {
    return parts(body, boundary).flatMap(({ start, end }) => {
        const blank = body.slice(start, end).indexOf("\r\n\r\n");
        if (blank < 0)
            throw new NotParts();
        const field = readHead(decoded(body.slice(start, start + blank)));
        const role = fields.role(field.name);
        if (role === undefined)
            return [];
        if (field.isFile)
            throw new NotParts();
        const from = start + blank + 4;
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
        }
    }
    if (disposition === undefined)
        throw new NotParts();
    return readDisposition(disposition.trim());
}
const PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:\\["\\]|[^"])*)"|([^\s"'=,;\\]+))[ \t]*/y;
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
        if (/^name$/i.test(key) && name === undefined && quoted?.includes("\\") !== true)
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
