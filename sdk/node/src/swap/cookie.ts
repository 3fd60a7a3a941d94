import { percentDecoded, stripped } from "./bytes.js";
import { Fields } from "./name.js";
import { textSpot, type Role, type Spot } from "./spot.js";

/** One pair of a cookie header: where it and its value stand, and its name, percent-decoded. */
interface Pair {
  readonly text: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The pairs of a `Cookie` header, or the pair and then the attributes of a `Set-Cookie` header (RFC 6265 §4). */
function pairs(header: string): Pair[] {
  let at = 0;
  return header.split(";").map((text) => {
    const whole = at;
    at += text.length + 1;
    const sign = text.indexOf("=");
    const name = percentDecoded(trimmed(sign < 0 ? text : text.slice(0, sign)));
    if (sign < 0) return { text, name, start: whole + text.length, end: whole + text.length };
    const after = text.slice(sign + 1);
    const value = trimmed(after);
    const start = whole + sign + 1 + after.indexOf(value);
    const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
    const quote = isQuoted ? 1 : 0;
    return { text, name, start: start + quote, end: start + value.length - quote };
  });
}

function trimmed(text: string): string {
  return stripped(text, /[ \t\r\n\f]/);
}

/**
 * What stands in the declared cookies of a `Cookie` header.
 *
 * Python's `http.cookies` parts cookies at spaces and commas as well: a declared one behind such is nothing that could
 * be read in one way.
 */
export function findInCookies(header: string, fields: Fields): Spot[] {
  if (fields.isEmpty) return [];
  const isPlain = hasPlainQuotes(header);
  return pairs(header).flatMap((pair) => {
    const role = behindSpaces(pair.text, fields, isPlain);
    const nested: Spot[] = role === undefined ? [] : [{ start: pair.start, end: pair.end, role, value: { kind: "nested" } }];
    return spot(header, pair, fields) ?? nested;
  });
}

/** Whether those who part a header at semicolons first, and those who read quoted texts first, see the same quotes. */
function hasPlainQuotes(header: string): boolean {
  return !header.includes('\\"') && header.split(";").every((pair) => pair.split('"').length % 2 === 1);
}

/**
 * What stands in a declared cookie that a pair holds for those who part it at spaces and commas. Where quotes are plain,
 * what stands in them behind the `=` is a value for them as well.
 */
function behindSpaces(pair: string, fields: Fields, isPlain: boolean): Role | undefined {
  const text = trimmed(pair);
  const rest = isPlain ? text.replace(/^([^=]*=)[ \t\r\n\f]*"[^"]*(?:"|$)/, "$1 ") : text;
  // The first word is the pair's own name, which has been looked at.
  const words = rest.split(/[ \t\r\n\f,"]/).slice(1).filter((word) => word !== "");
  const roles = words.map((word, at) => {
    const isSet = word.includes("=") || words[at + 1]?.startsWith("=") === true;
    return isSet ? fields.role(percentDecoded(word.split("=", 1)[0] ?? "")) : undefined;
  });
  return roles.find((role) => role !== undefined);
}

/** Whether a cookie of this name is Portico's own. */
export function isOwnCookie(name: string): boolean {
  return /^(__Host-)?portico_/.test(name);
}

/** The header without Portico's own cookies but for the one of this name; undefined where no other is left. */
export function withoutOwnCookies(header: string, but: string | undefined): string | undefined {
  return header.includes("portico_") ? keptPairs(header, ({ name }) => name === but || !isOwnCookie(name)) : header;
}

/** What stands in the cookie that a `Set-Cookie` header sets, if it is a declared one. */
export function findInSetCookie(header: string, fields: Fields): Spot[] {
  const [first] = pairs(header);
  const found = first && spot(header, first, fields);
  return found ? [found] : [];
}

function spot(header: string, pair: Pair, fields: Fields): Spot | undefined {
  const role = fields.role(pair.name);
  if (role === undefined) return undefined;
  return textSpot(pair.start, pair.end, role, percentDecoded(header.slice(pair.start, pair.end)));
}

/** The header without the cookies of this name; undefined where no other is left. Every other pair stays as it is. */
export function withoutCookie(header: string, name: string): string | undefined {
  const fields = new Fields([[name, "own"]], "cookies");
  return keptPairs(header, ({ name }) => fields.role(name) === undefined);
}

/** The header without the pairs that contain this text; undefined where no other is left. */
export function withoutPairs(header: string, text: string): string | undefined {
  return keptPairs(header, (pair) => !pair.text.includes(text));
}

function keptPairs(header: string, isKept: (pair: Pair) => boolean): string | undefined {
  const rest = pairs(header).filter(isKept).map(({ text }) => trimmed(text)).filter((text) => text !== "");
  return rest.length === 0 ? undefined : rest.join("; ");
}

/** The values of the cookies with exactly this name, without quotes around them. */
export function cookieValues(header: string, name: string): string[] {
  return header.split(";").flatMap((text) => {
    const [, own = "", value = ""] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    return text.includes("=") && trimmed(own) === name ? [stripped(trimmed(value), /"/)] : [];
  });
}
