import { stripped } from "./bytes.js";
import { BLANK } from "./name.js";
export function textOf(value) {
    return "text" in value ? value.text : undefined;
}
export function otherReadings(value) {
    const text = textOf(value) ?? "";
    const elements = value.kind === "line" ? text.split(",") : [text];
    const bare = elements.map((element) => stripped(element, BLANK));
    return bare.filter((element) => element !== "" && element !== text);
}
export function textSpot(start, end, role, text) {
    return { start, end, role, value: { kind: "text", text } };
}
export function spliced(piece, become) {
    let out = "";
    let done = 0;
    for (const spot of piece.spots) {
        const next = become(spot);
        if (next === undefined)
            continue;
        out += piece.text.slice(done, spot.start) + piece.written(next);
        done = spot.end;
    }
    return out + piece.text.slice(done);
}
