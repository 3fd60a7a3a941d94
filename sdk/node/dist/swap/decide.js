const ANYTHING = { openId: undefined, isKnownHere: true, isKnownThere: true };
export class Wrong extends Error {
    reason;
    constructor(reason) {
        super(reason);
        this.reason = reason;
    }
}
function swapped(known, text) {
    return known.isKnownThere && known.openId !== text ? undefined : known.openId;
}
export function toBeKnown(role, value, own) {
    return role === "any" && value.kind === "text" && value.text !== "" && value.text !== own ? value.text : undefined;
}
export function inRequest(role, value, caller, found, unknown) {
    if (value.kind === "text" && caller?.here === value.text)
        return caller.there;
    if (role === "own")
        throw new Wrong("not_the_caller");
    if (value.kind !== "text")
        throw new Wrong("not_an_id");
    if (value.text === "")
        return undefined;
    const known = caller?.there === value.text ? ANYTHING : (found.get(value.text) ?? ANYTHING);
    const openId = swapped(known, value.text);
    if (openId !== undefined)
        return openId;
    if (unknown === "empty")
        return "";
    if (unknown === "pass" && !known.isKnownThere)
        return undefined;
    throw new Wrong("unknown");
}
export function inAnswer(value, caller, found, unknown) {
    if (value.kind === "nested")
        throw new Wrong("not_an_id");
    if (value.kind === "scalar" || value.text === "")
        return undefined;
    if (caller?.there === value.text)
        return caller.here;
    const known = found.get(value.text) ?? ANYTHING;
    const openId = swapped(known, value.text);
    if (openId !== undefined)
        return openId;
    if (unknown === "refuse")
        throw new Wrong("unknown");
    return unknown === "pass" && !known.isKnownHere ? undefined : "";
}
