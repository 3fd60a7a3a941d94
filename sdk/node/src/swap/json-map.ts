import { fold } from "./name.js";
import type { Role } from "./spot.js";

/**
 * A JSON Pointer (RFC 6901), step by step; `*` stands for every element of an array and every member of an object.
 */
export type Pointer = readonly string[];

/** A declared place, as what lies under it is seen. */
export interface Crossing {
  /** What stands here. */
  readonly role: Role | undefined;
  /** Where members of these names lead, folded; elements too, where the name is a number. */
  readonly named: ReadonlyMap<string, Crossing>;
  /** Where every other member and element leads. */
  readonly every: Crossing | undefined;
}

/** A pointer and how many of its steps are behind. */
interface Live {
  readonly place: number;
  readonly behind: number;
}

/** How many crossings a map has at most: stars beside names can lead to as many as there are ways through them. */
const MOST_CROSSINGS = 4096;

/** The places cannot be declared together: one lies within another, or there are too many ways to them. */
export class NoMap extends Error {}

/** Whether whatever lies at the one place lies within what lies at the other. */
function liesWithin(inner: Pointer, outer: Pointer): boolean {
  const covers = (step: string, at: number): boolean => {
    const other = inner[at] ?? "*";
    return step === "*" || (other !== "*" && fold(step) === fold(other));
  };
  return outer.length < inner.length && outer.every(covers);
}

/**
 * The places of a JSON text and what stands at each, made ready for many texts; undefined where there is none.
 *
 * Where two meet in one place, the role that comes first in the list stands. Where one meets the way to another, as
 * `/openid` does that to the `openid` of every member, it stands there alone: an object or an array is no OpenID, so
 * nothing under it is one that is meant.
 *
 * @throws {@link NoMap}
 */
export function jsonMap(places: readonly (readonly [Pointer, Role])[]): Crossing | undefined {
  if (places.length === 0) return undefined;
  const inner = places.find(([place]) => places.some(([outer]) => liesWithin(place, outer)));
  if (inner) throw new NoMap(`/${inner[0].join("/")} lies within another place`);
  const known = new Map<string, Crossing>();
  let crossings = 0;
  const step = ({ place, behind }: Live): string | undefined => places[place]?.[0][behind];

  /** Every set of pointers that can be live at once is one crossing. */
  const cross = (live: readonly Live[]): Crossing => {
    const key = live.map(({ place, behind }) => `${place}:${behind}`).join(" ");
    const already = known.get(key);
    if (already) return already;
    const here = live.find((one) => step(one) === undefined);
    const further = here ? [] : live;
    if (++crossings > MOST_CROSSINGS) throw new NoMap("too many places with stars");

    const after = (name: string | undefined): Live[] =>
      further
        .filter((one) => step(one) === "*" || (name !== undefined && fold(step(one) ?? "") === name))
        .map(({ place, behind }) => ({ place, behind: behind + 1 }));
    const names = further.map(step).filter((name) => name !== undefined && name !== "*") as string[];
    const named = new Map(names.map(fold).map((name) => [name, cross(after(name))]));
    const every = after(undefined);
    const crossing: Crossing = {
      role: here && places[here.place]?.[1],
      named,
      every: every.length > 0 ? cross(every) : undefined,
    };
    known.set(key, crossing);
    return crossing;
  };
  return cross(places.map((_, place) => ({ place, behind: 0 })));
}

/** Where a member of this name leads, decoded. */
export function member(crossing: Crossing, name: string): Crossing | undefined {
  return crossing.named.get(fold(name)) ?? crossing.every;
}

/** Where the element with this number leads. */
export function element(crossing: Crossing, index: number): Crossing | undefined {
  return crossing.named.get(String(index)) ?? crossing.every;
}
