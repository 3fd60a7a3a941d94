import { percentDecoded } from "./bytes.js";
import { Fields } from "./name.js";
import { textSpot } from "./spot.js";
function pairs(header) {
    let at = 0;
    return header.split(";").map((text) => {
        const whole = at;
        at += text.length + 1;
        const sign = text.indexOf("=");
        const name = percentDecoded(trimmed(sign < 0 ? text : text.slice(0, sign)));
        if (sign < 0)
            return { text, name, start: whole + text.length, end: whole + text.length };
        const after = text.slice(sign + 1);
        const value = trimmed(after);
        const start = whole + sign + 1 + after.indexOf(value);
        const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
        const quote = isQuoted ? 1 : 0;
        return { text, name, start: start + quote, end: start + value.length - quote };
    });
}
function trimmed(text) {
    return text.replace(/^[ \t\r\n\f]+|[ \t\r\n\f]+$/g, "");
}
export function findInCookies(header, fields) {
    if (fields.isEmpty)
        return [];
    return pairs(header).flatMap((pair) => spot(header, pair, fields) ?? []);
}
export function findInSetCookie(header, fields) {
    const [first] = pairs(header);
    const found = first && spot(header, first, fields);
    return found ? [found] : [];
}
function spot(header, pair, fields) {
    const role = fields.role(pair.name);
    if (role === undefined)
        return undefined;
    return textSpot(pair.start, pair.end, role, percentDecoded(header.slice(pair.start, pair.end)));
}
export function withoutCookie(header, name) {
    const fields = new Fields([[name, "own"]]);
    const rest = pairs(header)
        .filter((pair) => fields.role(pair.name) === undefined)
        .map((pair) => trimmed(pair.text))
        .filter((text) => text !== "");
    return rest.length === 0 ? undefined : rest.join("; ");
}
export function cookieValues(header, name) {
    return pairs(header)
        .filter((pair) => pair.text.includes("=") && trimmed(pair.text.split("=", 1)[0] ?? "") === name)
        .map((pair) => header.slice(pair.start, pair.end));
}
