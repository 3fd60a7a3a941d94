import type { MiniProgramMessage } from "./messages.js";
/**
 * Reads what a mini-program said. Fields that this version does not know are left out.
 *
 * @returns `null` for anything that is not a well-formed message of a mini-program; drop that silently.
 */
export declare function parseMiniProgramMessage(data: unknown): MiniProgramMessage | null;
