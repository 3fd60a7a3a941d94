import { isUtf8 } from "node:buffer";
import { percentBytes } from "./bytes.js";
import { fold } from "./name.js";
import { textSpot } from "./spot.js";
export class AmbiguousPath extends Error {
}
export function template(text, role) {
    const isSegment = (segment) => segment === "*" || segment === "{openid}" || !/^\.{0,2}$|[{}*?#;%\\]/.test(segment);
    const segments = text.split("/").slice(1);
    const isOne = text.startsWith("/") && segments.every(isSegment) && segments.includes("{openid}");
    return isOne ? { segments, role } : undefined;
}
export function findInPath(path, templates) {
    if (templates.length === 0 || !path.startsWith("/"))
        return [];
    const segments = split(path);
    const found = new Map();
    for (const { segments: wanted, role } of templates) {
        const fits = (segment, at) => {
            const text = segments[at]?.text ?? "";
            return segment === "*" || segment === "{openid}" ? text !== "" : fold(segment) === fold(text);
        };
        if (!wanted.every(fits))
            continue;
        wanted.forEach((segment, at) => {
            const here = segments[at];
            if (segment !== "{openid}" || !here || found.has(here.start))
                return;
            found.set(here.start, textSpot(here.start, here.end, role, here.text));
        });
    }
    return [...found.values()].sort((a, b) => a.start - b.start);
}
export function liesUnder(path, plain) {
    const written = split(path);
    return plain.split("/").slice(1).every((name, at) => fold(name) === fold(written[at]?.text ?? ""));
}
function split(path) {
    let start = 1;
    return path.slice(1).split("/").map((raw) => {
        const end = start + raw.length;
        const bytes = percentBytes(raw);
        const text = bytes.toString("utf8");
        const isEmpty = raw === "" && end !== path.length;
        if (isEmpty || !isUtf8(bytes) || text === "." || text === ".." || /[/\\\0]/.test(text) || raw.includes(";")) {
            throw new AmbiguousPath();
        }
        const segment = { start, end, text };
        start = end + 1;
        return segment;
    });
}
