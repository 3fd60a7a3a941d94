import type { HostMessage } from "./messages.js";
/**
 * Reads what a host said. Fields that this version does not know are left out.
 *
 * @returns `null` for anything that is not a well-formed message of a host; drop that silently.
 */
export declare function parseHostMessage(data: unknown): HostMessage | null;
