import { type Answer, type Header, type Request } from "./message.js";
import type { Maps } from "./maps.js";
/**
 * As what a body is looked into: a form of parts, by the boundary between them; `perhaps` is JSON if it looks like
 * it, by a type that back ends give to JSON too.
 */
export type Kind = "json" | "form" | "perhaps" | {
    readonly boundary: string;
};
/**
 * As what a request's body has to be looked into; undefined where it goes on as it comes. A request without a length
 * has no body, whatever type it names; one of length 0 has an empty one, which is no JSON.
 *
 * A type that names a charset in which the declared fields would be others is refused wherever any are declared, body
 * or not: some back ends read the query in it too.
 */
export declare function requestKind(maps: Maps, headers: Request["headers"], length: number | undefined): Kind | undefined;
/**
 * As what an answer's body has to be looked into; undefined where it goes out as it comes. `method` is that of the
 * request. JSON by the type of a page or a text, or by none, is JSON all the same.
 */
export declare function answerKind(maps: Maps, method: string, answer: Omit<Answer, "body">): "json" | "perhaps" | undefined;
/** As what an answer's body would be looked into, if it had one. */
export declare function kindByType(maps: Maps, headers: readonly Header[]): "json" | "perhaps" | undefined;
/** Whether an answer has no body, whatever its head says (RFC 9110 §6.4.1). */
export declare function isBodiless(method: string, status: number): boolean;
/** The codings of a body, in the order in which they were applied (RFC 9110 §8.4). */
export declare function codings(headers: readonly Header[]): string[];
