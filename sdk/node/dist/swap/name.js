export function fold(name) {
    return name.toUpperCase().toLowerCase();
}
export function foldField(name) {
    return fold(name.replace(/^[ \t\r\n\0]+|[ \t\r\n\0]+$/g, "")).replace(/[ .]/g, "_");
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
        const bare = folded.replace(/^\[([^\]]*)\]/, "$1");
        const is = (known) => [folded, bare].some((one) => one === known || one.startsWith(`${known}[`));
        return this.#roles.find(([known]) => is(known))?.[1];
    }
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
