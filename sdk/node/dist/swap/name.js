import { stripped } from "./bytes.js";
export function fold(name) {
    return name.toUpperCase().toLowerCase();
}
export const BLANK = /[\s\0-\x1f\x7f-\x9f\u200b\ufeff\ufffd]/;
const BEFORE = /^[\s\0-\x1f\x7f-\x9f\u200b\ufeff\ufffd?!]+/;
export function foldField(name) {
    return bare(name).replace(/[ .]/g, "_");
}
function bare(name) {
    const [text = ""] = stripped(name.replace(BEFORE, ""), BLANK).split("\0", 1);
    return fold(stripped(text, BLANK)).replaceAll("\ufffd", "");
}
function dotted(name) {
    return name.includes(".") ? parted(bare(name).replaceAll(" ", "_"), /[[\].]+/) : [];
}
function nested(name) {
    return name.includes(".") ? steps(foldField(name.replace(/\.([^.[]+)/g, "[$1]"))) : [];
}
function parted(name, at) {
    return name.split(at).filter((part) => part !== "");
}
export function foldHeader(name) {
    return name.toLowerCase().replace(/[^a-z0-9]/g, "-");
}
export class Fields {
    #known;
    #isTree;
    #least;
    constructor(names, tree = "tree") {
        this.#isTree = tree === "tree";
        this.#known = [...names].flatMap(([name, role]) => {
            const folded = foldField(name);
            const way = this.#isTree ? dotted(name) : [];
            return [[folded, steps(folded), role], ...(way.length === 0 ? [] : [[folded, way, role]])];
        });
        this.#least = Math.min(...this.#known.map(([folded]) => folded.replace(/[^\p{L}\p{N}]/gu, "").length));
    }
    get isEmpty() {
        return this.#known.length === 0;
    }
    role(name) {
        if (this.isEmpty || name.length * (/^[\0-\x7f]*$/.test(name) ? 1 : 3) < this.#least)
            return undefined;
        return this.#read(name) ?? (name.includes("\0") ? this.#read(name.replaceAll("\0", "")) : undefined);
    }
    #read(name) {
        const folded = foldField(name);
        const unclosed = folded.includes("]") ? undefined : folded.replace("[", "_").split("[", 1)[0];
        const base = folded.split("[", 1)[0];
        const ways = [steps(folded), pathOf(folded), parted(folded, /[[\]]+/), ...(this.#isTree ? [nested(name), dotted(name)] : [])];
        const isSame = ([known, way]) => known === folded ||
            known === base ||
            known === unclosed ||
            ways.some((leads) => way.every((step, at) => leads[at] === step));
        return this.#known.find(isSame)?.[2];
    }
}
function pathOf(name) {
    const [first = "", ...brackets] = name.split("[");
    const parts = brackets.filter((part) => part.includes("]")).map((part) => part.split("]", 1)[0] ?? "");
    const path = [first, ...parts];
    return path.slice(path.findIndex((part) => part !== ""));
}
function steps(name) {
    const open = name.search(/\[[^[\]]*\]/);
    if (open < 0)
        return [name.split("[", 1)[0] ?? ""];
    const inner = [...name.slice(open).matchAll(/\[([^[\]]*)\]/g)].map(([, step = ""]) => step);
    return open === 0 ? inner : [name.slice(0, open), ...inner];
}
export class Headers {
    #roles;
    constructor(names) {
        this.#roles = [...names].map(([name, role]) => [foldHeader(name), role]);
    }
    get isEmpty() {
        return this.#roles.length === 0;
    }
    role(name) {
        if (this.isEmpty)
            return undefined;
        const folded = foldHeader(name);
        return this.#roles.find(([known]) => known === folded)?.[1];
    }
}
