import { percentDecoded } from "./bytes.js";
import { textSpot } from "./spot.js";
export function findInForm(text, fields) {
    const found = [];
    if (fields.isEmpty)
        return found;
    let start = 0;
    for (const pair of text.split("&")) {
        const end = start + pair.length;
        const sign = pair.indexOf("=");
        const before = sign < 0 ? pair.length : sign;
        const role = pair === "" ? undefined : fields.role(read(pair.slice(0, before)));
        if (role !== undefined) {
            const from = Math.min(start + before + 1, end);
            found.push(textSpot(from, end, role, read(text.slice(from, end))));
        }
        else {
            const behind = behindBracket(pair, fields) ?? behindSemicolons(pair, fields);
            if (behind !== undefined)
                found.push({ start, end, role: behind, value: { kind: "nested" } });
        }
        start = end + 1;
    }
    return found;
}
function behindSemicolons(pair, fields) {
    for (const piece of pair.split(";").slice(1)) {
        const [name = ""] = piece.split("=", 1);
        const role = piece === "" ? undefined : fields.role(read(name));
        if (role !== undefined)
            return role;
    }
    return undefined;
}
function behindBracket(pair, fields) {
    const end = pair.search(/(?<=\]|%5d)=/i);
    return end > pair.indexOf("=") ? fields.role(read(pair.slice(0, end))) : undefined;
}
function read(text) {
    return percentDecoded(text.replaceAll("+", " "));
}
export function inForm(value) {
    return new URLSearchParams([["", value]]).toString().slice(1);
}
