import type { HostMessage, MiniProgramMessage } from "./messages.js";
/** The version that every message of the bridge carries in its `portico` field. */
export declare const BRIDGE_VERSION = 1;
/** The fields of one kind of message, each with what fits it as a whole; those ending in `?` may be missing. */
export type Shape = Readonly<Record<string, RegExp>>;
export declare const ID: RegExp;
export declare const SCOPE: RegExp;
export declare const APP_ID: RegExp;
export declare const THEME: RegExp;
export declare const LOCALE: RegExp;
/** Relative: no scheme, no `//` at its start, no backslash, no space or control character. */
export declare const PATH: RegExp;
export declare const PURPOSE: RegExp;
/**
 * The message in `data`, without the fields that its shape does not know; `null` where it is none of `shapes`.
 */
export declare function read<Message extends HostMessage | MiniProgramMessage>(shapes: ReadonlyMap<unknown, Shape>, data: unknown): Message | null;
