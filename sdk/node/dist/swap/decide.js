import { otherReadings, textOf } from "./spot.js";
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
export function toBeKnown(role, value, own, unknown) {
    const text = textOf(value);
    if (role !== "any" || text === undefined || text === "" || text === own)
        return [];
    return unknown === "pass" ? [text, ...otherReadings(value)] : [text];
}
export function inRequest(role, value, caller, found, unknown) {
    const text = textOf(value);
    if (caller && caller.here === text)
        return caller.there;
    if (role === "own")
        throw new Wrong("not_the_caller");
    if (text === undefined)
        throw new Wrong("not_an_id");
    if (text === "")
        return undefined;
    const known = (one) => (caller?.there === one ? ANYTHING : (found.get(one) ?? ANYTHING));
    const openId = swapped(known(text), text);
    if (openId !== undefined)
        return openId;
    if (unknown === "empty")
        return "";
    const isThere = (one) => known(one).isKnownThere;
    if (unknown === "pass" && !isThere(text) && !otherReadings(value).some(isThere))
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
    const known = (one) => found.get(one) ?? ANYTHING;
    const openId = swapped(known(value.text), value.text);
    if (openId !== undefined)
        return openId;
    if (unknown === "refuse")
        throw new Wrong("unknown");
    const isTheirs = (one) => caller?.there === one || known(one).isKnownHere;
    const passes = unknown === "pass" && !isTheirs(value.text) && !otherReadings(value).some(isTheirs);
    return passes ? undefined : "";
}
