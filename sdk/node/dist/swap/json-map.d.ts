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
/** The places cannot be declared together: one lies within another, or there are too many ways to them. */
export declare class NoMap extends Error {
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
export declare function jsonMap(places: readonly (readonly [Pointer, Role])[]): Crossing | undefined;
/** Where a member of this name leads, decoded. */
export declare function member(crossing: Crossing, name: string): Crossing | undefined;
/** Where the element with this number leads. */
export declare function element(crossing: Crossing, index: number): Crossing | undefined;
