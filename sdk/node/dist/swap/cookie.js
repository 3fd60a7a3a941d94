import { percentDecoded, stripped } from "./bytes.js";
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
    return stripped(text, /[ \t\r\n\f]/);
}
export function findInCookies(header, fields) {
    if (fields.isEmpty)
        return [];
    const isPlain = hasPlainQuotes(header);
    return pairs(header).flatMap((pair) => {
        const role = behindSpaces(pair.text, fields, isPlain);
        const nested = role === undefined ? [] : [{ start: pair.start, end: pair.end, role, value: { kind: "nested" } }];
        return spot(header, pair, fields) ?? nested;
    });
}
function hasPlainQuotes(header) {
    return !header.includes('\\"') && header.split(";").every((pair) => pair.split('"').length % 2 === 1);
}
function behindSpaces(pair, fields, isPlain) {
    const text = trimmed(pair);
    const rest = isPlain ? text.replace(/^([^=]*=)[ \t\r\n\f]*"[^"]*(?:"|$)/, "$1 ") : text;
    const words = rest.split(/[ \t\r\n\f,"]/).slice(1).filter((word) => word !== "");
    const roles = words.map((word, at) => {
        const isSet = word.includes("=") || words[at + 1]?.startsWith("=") === true;
        return isSet ? fields.role(percentDecoded(word.split("=", 1)[0] ?? "")) : undefined;
    });
    return roles.find((role) => role !== undefined);
}
export function isOwnCookie(name) {
    return /^(__Host-)?portico_/.test(name);
}
export function withoutOwnCookies(header, but) {
    return header.includes("portico_") ? keptPairs(header, ({ name }) => name === but || !isOwnCookie(name)) : header;
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
    const fields = new Fields([[name, "own"]], "cookies");
    return keptPairs(header, ({ name }) => fields.role(name) === undefined);
}
export function withoutPairs(header, text) {
    return keptPairs(header, (pair) => !pair.text.includes(text));
}
function keptPairs(header, isKept) {
    const rest = pairs(header).filter(isKept).map(({ text }) => trimmed(text)).filter((text) => text !== "");
    return rest.length === 0 ? undefined : rest.join("; ");
}
export function cookieValues(header, name) {
    return header.split(";").flatMap((text) => {
        const [, own = "", value = ""] = /^([^=]*)=(.*)$/.exec(text) ?? [];
        return text.includes("=") && trimmed(own) === name ? [stripped(trimmed(value), /"/)] : [];
    });
}
