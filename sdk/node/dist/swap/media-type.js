const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const ESSENCE = new RegExp(`^(${TOKEN}/(${TOKEN}))(?:[ \\t]*;|$)`);
const PARAMETER = new RegExp(` *(${TOKEN})=(?:"([ !#-~]+)" *|(${TOKEN}|$))(?:;|$)`, "y");
export function readMediaType(text) {
    const spaced = text.replaceAll("\t", " ");
    const [head, essence = "", subtype = ""] = ESSENCE.exec(spaced) ?? [];
    if (head === undefined)
        return undefined;
    const parameters = [];
    PARAMETER.lastIndex = head.length;
    while (/[^ ]/.test(spaced.slice(PARAMETER.lastIndex))) {
        const found = PARAMETER.exec(spaced);
        if (!found)
            return undefined;
        const [, name = "", quoted, token = ""] = found;
        parameters.push([name.toLowerCase(), quoted ?? token]);
    }
    return { essence: essence.toLowerCase(), subtype: subtype.toLowerCase(), parameters };
}
export function parametersOf({ parameters }, name) {
    return parameters.filter(([own]) => own === name).map(([, value]) => value);
}
