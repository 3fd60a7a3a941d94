import { PorticoError } from "./errors.js";

const SAFE = /^(https:\/\/[^*/]+|http:\/\/(([^*/]+\.)?localhost|127[.\d]+|\[::1\])(:\d+)?)\//;

/**
 * The exact origin of `url`: https, or http on this very machine.
 *
 * @throws {@link PorticoError} `invalid_origin` for anything else, opaque origins and `*` among them.
 */
export function exactOrigin(url: string): string {
  try {
    const { href, origin } = new URL(url);
    if (SAFE.test(href)) return origin;
  } catch {
    // It is no address at all.
  }
  throw new PorticoError("invalid_origin", url);
}
