export function fold(name) {
    return name.toUpperCase().toLowerCase();
}
export function foldField(name) {
    const [text = ""] = name.replace(/^[ \t\r\n\0]+|[ \t\r\n\0]+$/g, "").split("\0", 1);
    return fold(text.trimEnd()).replace(/[ .]/g, "_");
}
export function foldHeader(name) {
    return name.toLowerCase().replaceAll("_", "-");
}
export class Fields {
    #roles;
    constructor(names) {
        this.#roles = [...names].map(([name, role]) => [foldField(name), role]);
    }
    get isEmpty() {
        return this.#roles.length === 0;
    }
    role(name) {
        if (this.isEmpty)
            return undefined;
        const folded = foldField(name);
        const way = steps(folded);
        const parted = folded.split(/[[\]]+/).filter((part) => part !== "");
        const unclosed = folded.includes("]") ? undefined : folded.replace("[", "_").split("[", 1)[0];
        const base = folded.split("[", 1)[0];
        const leads = (known, way) => steps(known).every((step, at) => way[at] === step);
        const isSame = (known) => known === folded || known === base || known === unclosed || leads(known, way) || leads(known, parted);
        return this.#roles.find(([known]) => isSame(known))?.[1];
    }
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
