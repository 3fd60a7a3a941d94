import { PorticoError } from "./errors.js";

const SAFE = /^(https:\/\/[^*/]+|http:\/\/(([^*/]+\.)?localhost|127[.\d]+|\[::1\])(:\d+)?)\//;

/**
 * The exact origin of `url`: https, or http on this very machine.
 *
 * @throws {@link PorticoError} `invalid_origin` for anything else, opaque origins and `*` among them.
 */
export function exactOrigin(url: string): string {
  const parsed = URL.canParse(url) && new URL(url);
  if (parsed && SAFE.test(parsed.href)) return parsed.origin;
  throw new PorticoError("invalid_origin", url);
}
