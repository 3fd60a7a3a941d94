import { percentDecoded } from "./bytes.js";
import { Fields } from "./name.js";
import { textSpot, type Spot } from "./spot.js";

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
  return text.replace(/^[ \t\r\n\f]+|[ \t\r\n\f]+$/g, "");
}

/** What stands in the declared cookies of a `Cookie` header. */
export function findInCookies(header: string, fields: Fields): Spot[] {
  if (fields.isEmpty) return [];
  return pairs(header).flatMap((pair) => spot(header, pair, fields) ?? []);
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
  const fields = new Fields([[name, "own"]]);
  const rest = pairs(header)
    .filter((pair) => fields.role(pair.name) === undefined)
    .map((pair) => trimmed(pair.text))
    .filter((text) => text !== "");
  return rest.length === 0 ? undefined : rest.join("; ");
}

/** The values of the cookies with exactly this name, without the quotes around them. */
export function cookieValues(header: string, name: string): string[] {
  return pairs(header)
    .filter((pair) => pair.text.includes("=") && trimmed(pair.text.split("=", 1)[0] ?? "") === name)
    .map((pair) => header.slice(pair.start, pair.end));
}
