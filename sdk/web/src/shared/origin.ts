import { PorticoError } from "./errors.js";

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The exact origin of `url`: https, or http on this very machine.
 *
 * @throws {@link PorticoError} `invalid_origin` for anything else, opaque origins and `*` among them.
 */
export function exactOrigin(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const safe =
    parsed !== null &&
    !parsed.hostname.includes("*") &&
    (parsed.protocol === "https:" || (parsed.protocol === "http:" && LOOPBACK.test(parsed.hostname)));
  if (!safe) throw new PorticoError("invalid_origin", `neither https nor loopback: ${url}`);
  return parsed.origin;
}
