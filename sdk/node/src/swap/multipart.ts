import { isUtf8 } from "node:buffer";

import { decoded, fromBytes, stripped } from "./bytes.js";
import type { Fields } from "./name.js";
import { textSpot, type Spot } from "./spot.js";

/**
 * The body is not a form of parts that everybody would read in one way: delimiters that only some take for one,
 * parts with two names, with a name in another encoding, in another charset than UTF-8, or packed for transfer.
 */
export class NotParts extends Error {}

/**
 * What stands in the declared fields of a form of parts (RFC 7578) with this boundary (RFC 2046 §5.1.1), in its
 * order. Files are not looked into; one in a declared field is refused.
 *
 * @throws {@link NotParts}
 */
export function findInParts(body: string, boundary: string, fields: Fields): Spot[] {
  return parts(body, boundary).flatMap(({ start, end }) => {
    const blank = body.slice(start, end).indexOf("\r\n\r\n");
    if (blank < 0) throw new NotParts();
    const head = body.slice(start, start + blank);
    if (!isUtf8(fromBytes(head))) throw new NotParts();
    const field = readHead(decoded(head));
    const from = start + blank + 4;
    if (saysCharset(field.name) && !isPlain(body.slice(from, end))) throw new NotParts();
    const role = fields.role(field.name);
    if (role === undefined) return [];
    if (field.isFile) throw new NotParts();
    return [textSpot(from, end, role, decoded(body.slice(from, end)))];
  });
}

/** What lies between the delimiters, each from the first byte of its headers. */
function parts(body: string, boundary: string): { start: number; end: number }[] {
  const dash = `--${boundary}`;
  const found: { start: number; end: number }[] = [];
  let open: number | undefined;
  let isOver = false;
  for (let at = body.indexOf(dash); at >= 0; at = body.indexOf(dash, at + dash.length)) {
    const after = at + dash.length;
    const isLast = body.startsWith("--", after);
    const lineEnd = isLast ? after + 2 : after;
    const beginsALine = at === 0 || body.slice(at - 2, at) === "\r\n";
    const endsALine = body.startsWith("\r\n", lineEnd) || (isLast && lineEnd === body.length);
    if (isOver || !beginsALine || !endsALine || (open === undefined && at !== 0)) throw new NotParts();
    if (open !== undefined) {
      // The line break before a delimiter belongs to it.
      if (open > at - 2) throw new NotParts();
      found.push({ start: open, end: at - 2 });
    }
    open = after + 2;
    isOver = isLast;
  }
  const rest = open !== undefined && isOver ? body.slice(open) : undefined;
  if (rest !== "" && rest !== "\r\n") throw new NotParts();
  return found;
}

interface Field {
  readonly name: string;
  readonly isFile: boolean;
}

function readHead(head: string): Field {
  let disposition: string | undefined;
  let isText = true;
  for (const line of head.split("\r\n")) {
    const [, name = "", value = ""] = /^([A-Za-z0-9-]+):([^\r\n\0]*)$/.exec(line) ?? [];
    switch (name.toLowerCase()) {
      case "":
        throw new NotParts();
      case "content-disposition":
        if (disposition !== undefined) throw new NotParts();
        disposition = value;
        break;
      case "content-transfer-encoding":
        if (!/^(7bit|8bit|binary)$/i.test(value.trim())) throw new NotParts();
        break;
      case "content-type":
        isText &&= isOfPlainText(value);
        break;
    }
  }
  const field = disposition === undefined ? undefined : readDisposition(disposition.trim());
  if (!field || !(isText || field.isFile)) throw new NotParts();
  return field;
}

/** A parameter whose value is a token, or in quotes, in which a backslash stands before a quote or a backslash. */
const PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"|([^\s"=,;\\]+))[ \t]*/y;

/** Reads `form-data; name="…"; filename="…"` (RFC 7578 §4.2). */
function readDisposition(value: string): Field {
  const kind = /^form-data[ \t]*/i.exec(value);
  if (!kind) throw new NotParts();
  let name: string | undefined;
  let isFile = false;
  PARAMETER.lastIndex = kind[0].length;
  while (PARAMETER.lastIndex < value.length) {
    const parameter = PARAMETER.exec(value);
    if (!parameter) throw new NotParts();
    const [, key = "", quoted, token = ""] = parameter;
    const text = quoted === undefined ? token : unquoted(quoted);
    // Some back ends drop a backslash wherever it stands, others where a quote follows, others never. Servlets read
    // encoded words (RFC 2047) too, which RFC 7578 §5.1.3 has nobody send, PHP names in single quotes, and some take
    // controls off.
    const isOneWay =
      quoted?.includes("\\") !== true && !text.includes("=?") && !token.includes("'") && !/[\0-\x1f\x7f-\x9f]/.test(text);
    if (/^name$/i.test(key) && name === undefined && isOneWay) name = text;
    else if (/^filename\*?$/i.test(key)) isFile = true;
    else throw new NotParts();
  }
  if (name === undefined) throw new NotParts();
  return { name, isFile };
}

/** In quotes `%22` is a quote, as browsers write it (HTML §4.10.21.8), and so is one after a backslash. */
function unquoted(text: string): string {
  return text.replace(/\\(["\\])/g, "$1").replaceAll("%22", '"');
}

/** Whether a field of this name says in which charset the others are (HTML §4.10.21.5, RFC 7578 §4.6). */
function saysCharset(name: string): boolean {
  return name.trim().toLowerCase() === "_charset_";
}

/** Charsets in which OpenIDs, and what they might be taken for, are the bytes that they are in ASCII. */
const PLAIN = ["", "utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"];

function isPlain(charset: string): boolean {
  return PLAIN.includes(stripped(charset, /[ \t\r\n\f]/).toLowerCase());
}

/** Whether this type of a part names such a charset, or none. Each back end looks for `charset` in its own way. */
function isOfPlainText(type: string): boolean {
  const [, after, ...more] = type.toLowerCase().split("charset");
  if (after === undefined) return true;
  if (more.length > 0 || !after.startsWith("=")) return false;
  return isPlain(stripped((after.slice(1).split(";", 1)[0] ?? "").trim(), /"/));
}
