import type { MiniProgramMessage } from "./messages.js";
import { BRIDGE_VERSION, ID, SCOPE } from "./shape.js";

const fits = (pattern: RegExp, value: unknown): value is string => typeof value === "string" && pattern.test(value);

/**
 * Reads what a mini-program said. Fields that this version does not know are left out.
 *
 * @returns `null` for anything that is not a well-formed message of a mini-program; drop that silently.
 */
export function parseMiniProgramMessage(data: unknown): MiniProgramMessage | null {
  // What it inherits is not part of it.
  const { portico, type, id, scope, purpose }: Record<string, unknown> = { ...(data as object) };
  if (portico !== BRIDGE_VERSION) return null;
  if (type === "ready") return { portico, type };
  if (!fits(ID, id)) return null;
  if (type === "renew") return { portico, type, id };
  if (type === "login" && (purpose === undefined || purpose === "phone"))
    return { portico, type, id, ...(purpose && { purpose }) };
  return type === "request_permission" && fits(SCOPE, scope) ? { portico, type, id, scope } : null;
}
