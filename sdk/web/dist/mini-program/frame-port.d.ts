import type { Hear, Port } from "./port.js";
type Realm = Pick<typeof globalThis, "MessageChannel">;
/**
 * The parent window of a frame: hears only that window at a trusted origin, and speaks only to trusted origins, by
 * exact `targetOrigin`; to one of them alone, once it has spoken. With `ready` goes a port of this document's own, so that
 * what the parent answers there cannot come to the next document of the frame.
 *
 * @throws {@link PorticoError} `invalid_origin` unless every origin is exact; {@link NoHost} where the parent is none
 * of them.
 */
export declare function framePort(window: Window & Partial<Realm>, trusted: readonly string[], hear: Hear): Port;
export {};
