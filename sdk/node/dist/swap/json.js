import { createScanner } from "jsonc-parser";
import { element, member } from "./json-map.js";
export class NotJson extends Error {
}
const MARK = "\ufeff";
export function findInJson(bytes, map) {
    let text;
    try {
        text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
        JSON.parse(text.startsWith(MARK) ? text.slice(1) : text);
    }
    catch {
        throw new NotJson();
    }
    return { text, spots: map ? find(text, map) : [] };
}
function find(text, map) {
    const found = [];
    const open = [];
    const scanner = createScanner(text, true);
    if (text.startsWith(MARK))
        scanner.setPosition(1);
    for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
        const around = open.at(-1);
        const start = scanner.getTokenOffset();
        const end = start + scanner.getTokenLength();
        const first = text[start];
        switch (first) {
            case "}":
            case "]":
                open.pop();
                continue;
            case ":":
                continue;
            case ",":
                if (around)
                    next(around);
                continue;
        }
        if (around?.isBeforeName) {
            around.isBeforeName = false;
            around.next = around.at && member(around.at, name(text.slice(start, end)));
            continue;
        }
        const at = around ? around.next : map;
        if (at?.role !== undefined) {
            const value = read(text.slice(start, end));
            if (value)
                found.push({ start, end, role: at.role, value });
        }
        if (first === "{" || first === "[")
            open.push(opened(at, first === "{"));
    }
    return found;
}
function opened(at, isObject) {
    const next = isObject || !at ? undefined : element(at, 0);
    return { at, isObject, isBeforeName: isObject, next, index: 0 };
}
function next(around) {
    if (around.isObject) {
        around.isBeforeName = true;
    }
    else {
        around.index += 1;
        around.next = around.at && element(around.at, around.index);
    }
}
function name(raw) {
    const text = JSON.parse(raw);
    if (!text.isWellFormed())
        throw new NotJson();
    return text;
}
function read(raw) {
    if (raw === "null")
        return undefined;
    if (raw === "{" || raw === "[")
        return { kind: "nested" };
    if (!raw.startsWith('"'))
        return { kind: "scalar" };
    const text = JSON.parse(raw);
    return text.isWellFormed() ? { kind: "text", text } : { kind: "nested" };
}
