import { fold } from "./name.js";
const MOST_CROSSINGS = 4096;
export class NoMap extends Error {
}
function liesWithin(inner, outer) {
    const covers = (step, at) => {
        const other = inner[at] ?? "*";
        return step === "*" || (other !== "*" && fold(step) === fold(other));
    };
    return outer.length < inner.length && outer.every(covers);
}
export function jsonMap(places) {
    if (places.length === 0)
        return undefined;
    const inner = places.find(([place]) => places.some(([outer]) => liesWithin(place, outer)));
    if (inner)
        throw new NoMap(`/${inner[0].join("/")} lies within another place`);
    const known = new Map();
    let crossings = 0;
    const step = ({ place, behind }) => places[place]?.[0][behind];
    const cross = (live) => {
        const key = live.map(({ place, behind }) => `${place}:${behind}`).join(" ");
        const already = known.get(key);
        if (already)
            return already;
        const here = live.find((one) => step(one) === undefined);
        const further = here ? [] : live;
        if (++crossings > MOST_CROSSINGS)
            throw new NoMap("too many places with stars");
        const after = (name) => further
            .filter((one) => step(one) === "*" || (name !== undefined && fold(step(one) ?? "") === name))
            .map(({ place, behind }) => ({ place, behind: behind + 1 }));
        const names = further.map(step).filter((name) => name !== undefined && name !== "*");
        const named = new Map(names.map(fold).map((name) => [name, cross(after(name))]));
        const every = after(undefined);
        const crossing = {
            role: here && places[here.place]?.[1],
            named,
            every: every.length > 0 ? cross(every) : undefined,
        };
        known.set(key, crossing);
        return crossing;
    };
    return cross(places.map((_, place) => ({ place, behind: 0 })));
}
export function member(crossing, name) {
    return crossing.named.get(fold(name)) ?? crossing.every;
}
export function element(crossing, index) {
    return crossing.named.get(String(index)) ?? crossing.every;
}
