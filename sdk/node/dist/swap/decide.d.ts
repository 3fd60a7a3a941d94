import { type Role, type Value } from "./spot.js";
/** What happens to an OpenID that nobody has, where one may stand that is not the caller's. */
export type Unknown = "refuse" | "pass" | "empty";
/** The caller's OpenIDs. */
export interface Caller {
    /** The one at the app whose token was brought. */
    readonly here: string;
    /** The one that the back end knows. */
    readonly there: string;
}
/** What is known about a text, on the side that the message comes from and on the one that it goes to. */
export interface Counterpart {
    /** The OpenID at the other app, if there is one that may be told. */
    readonly openId: string | undefined;
    /** Whether the text is an OpenID at this app at all. */
    readonly isKnownHere: boolean;
    /** Whether the text is already an OpenID at the other app: it must not be taken for one of this. */
    readonly isKnownThere: boolean;
}
/** What was found out about the texts of one message. */
export type Counterparts = ReadonlyMap<string, Counterpart>;
/** Why a message goes no further. */
export declare class Wrong extends Error {
    readonly reason: "not_the_caller" | "not_an_id" | "unknown";
    constructor(reason: "not_the_caller" | "not_an_id" | "unknown");
}
/**
 * The texts of a value about which more must be known than who the caller is; none where the caller decides. Only what
 * may go on as it is has to be known in every reading.
 */
export declare function toBeKnown(role: Role, value: Value, own: string | undefined, unknown: Unknown): string[];
/**
 * What stands in place of a value in a request; undefined where it stays as it is written.
 *
 * Where the caller must be named, anything else is refused, whatever the policy for unknown ids. Where anybody may
 * be, an empty text names nobody and stays; a text that is an OpenID of the back end's app, or may be read as one, never
 * goes on, for it would name somebody there whom the token's app does not know.
 *
 * @throws {@link Wrong}
 */
export declare function inRequest(role: Role, value: Value, caller: Caller | undefined, found: Counterparts, unknown: Unknown): string | undefined;
/**
 * What stands in place of a value in an answer; undefined where it stays as it is written.
 *
 * Numbers, true and false are no OpenIDs and stay. A text that is an OpenID of the back end's app, or may be read as one,
 * never goes out.
 *
 * @throws {@link Wrong}
 */
export declare function inAnswer(value: Value, caller: Caller | undefined, found: Counterparts, unknown: Unknown): string | undefined;
