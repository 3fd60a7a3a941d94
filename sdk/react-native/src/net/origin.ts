import { PorticoError } from "../errors";

/**
 * A URL of the plainest kind: scheme, a host name of letters, digits, dots and dashes (or `[::1]`), a port. No user,
 * no backslash, no escape and no other letter can stand before the path, so nothing can be read in two ways. Engines
 * in apps have no URL parser that could be trusted with more.
 */
const PLAIN = /^(https?):\/\/([a-z0-9]+(?:[.-]+[a-z0-9]+)*|\[::1\])(?::(\d{1,5}))?(?=[/?#]|$)/i;
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;
const DEFAULT_PORT: Readonly<Record<string, string>> = { http: "80", https: "443" };

/** The origin of `url` where that is https, or http on this very machine; `null` for everything else. */
export function originOf(url: string): string | null {
  const match = PLAIN.exec(url);
  if (match === null) return null;
  const [scheme, host] = [match[1]?.toLowerCase() ?? "", match[2]?.toLowerCase() ?? ""];
  if (scheme === "http" && !LOOPBACK.test(host)) return null;
  const port = match[3]?.replace(/^0+(?=\d)/, "");
  if (port !== undefined && Number(port) > 65_535) return null;
  return `${scheme}://${host}${port === undefined || port === DEFAULT_PORT[scheme] ? "" : `:${port}`}`;
}

/** @throws {@link PorticoError} `invalid_origin` unless `url` is https or loopback. */
export function exactOrigin(url: string): string {
  const origin = originOf(url);
  if (origin === null) throw new PorticoError("invalid_origin", `neither https nor loopback: ${url}`);
  return origin;
}
