import { decoded } from "./bytes.js";
import type { Fields } from "./name.js";
import { textSpot, type Spot } from "./spot.js";

/**
 * The body is not a form of parts that everybody would read in one way: delimiters that only some take for one,
 * parts with two names, with a name in another encoding, or packed for transfer.
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
    const field = readHead(decoded(body.slice(start, start + blank)));
    const role = fields.role(field.name);
    if (role === undefined) return [];
    if (field.isFile) throw new NotParts();
    const from = start + blank + 4;
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
    }
  }
  if (disposition === undefined) throw new NotParts();
  return readDisposition(disposition.trim());
}

/** A parameter whose value is a token, or in quotes, in which a backslash stands before a quote or a backslash. */
const PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:\\["\\]|[^"])*)"|([^\s"'=,;\\]+))[ \t]*/y;

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
    // Some back ends drop a backslash wherever it stands, others where a quote follows, others never.
    if (/^name$/i.test(key) && name === undefined && quoted?.includes("\\") !== true) name = text;
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
