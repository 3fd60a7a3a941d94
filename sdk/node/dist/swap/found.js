import { asBytes, fromBytes, percentEncoded } from "./bytes.js";
import { toBeKnown } from "./decide.js";
import { inForm } from "./form.js";
import { findInJson } from "./json.js";
import { findInParts } from "./multipart.js";
import { spliced } from "./spot.js";
import { findInForm } from "./form.js";
export const MOST_IDS = 100_000;
export function foundInJson(body, map) {
    const { text, spots } = findInJson(body, map);
    return found({ text, spots, written: (id) => JSON.stringify(id) }, (whole) => Buffer.from(whole, "utf8"));
}
export function foundInForm(body, kind, fields) {
    const text = asBytes(body);
    const piece = kind === "form"
        ? { text, spots: findInForm(text, fields), written: inForm }
        : { text, spots: findInParts(text, kind.boundary, fields), written: (id) => id };
    return found(piece, fromBytes);
}
export function looksLikeJson(body) {
    return /^(\xef\xbb\xbf)?[ \t\r\n\f]*[[{"]/.test(asBytes(body));
}
export const NOTHING = { pieces: [], swapped: () => undefined };
function found(piece, bytes) {
    return {
        pieces: [piece],
        swapped: (become) => {
            const text = spliced(piece, become);
            return text === piece.text ? undefined : bytes(text);
        },
    };
}
export function headerPiece(text, role) {
    const value = text.trim();
    const start = text.indexOf(value);
    const line = { kind: "line", text: Buffer.from(value, "latin1").toString("utf8") };
    return { text, spots: [{ start, end: start + value.length, role, value: line }], written: (id) => id };
}
export function cookiePiece(text, spots) {
    return { text, spots, written: percentEncoded };
}
export function inHeaders(headers, look) {
    return headers.map(([name, value]) => ({ name, piece: look(name.toLowerCase(), value) }));
}
export function toBeKnownIn(pieces, own, unknown) {
    const names = new Set();
    for (const { spots } of pieces) {
        for (const { role, value } of spots) {
            for (const name of toBeKnown(role, value, own, unknown))
                names.add(name);
        }
    }
    return names;
}
