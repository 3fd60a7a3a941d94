import type { Hear, Port } from "./port.js";
/**
 * The parent window of a frame: hears only that window at a trusted origin, and speaks only to trusted origins, by
 * exact `targetOrigin`; to one of them alone, once it has spoken.
 *
 * @throws {@link PorticoError} `invalid_origin` unless every origin is exact; {@link NoHost} where the parent is none
 * of them.
 */
export declare function framePort(window: Window, trusted: readonly string[], hear: Hear): Port;
