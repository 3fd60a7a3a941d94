import { percentDecoded } from "./bytes.js";
import type { Fields } from "./name.js";
import { textSpot, type Role, type Spot } from "./spot.js";

/**
 * What stands in the declared fields of a query or an urlencoded form (URL Standard §5.1), in its order.
 *
 * Pairs are parted by `&`. Some back ends part them by `;` too (HTML 4.01 §B.2.2), and some end a name at the first `=`
 * that is behind a `]`: a declared field that is one for these alone is nothing that could be read in one way.
 */
export function findInForm(text: string, fields: Fields): Spot[] {
  const found: Spot[] = [];
  if (fields.isEmpty) return found;
  let start = 0;
  for (const pair of text.split("&")) {
    const end = start + pair.length;
    const sign = pair.indexOf("=");
    const before = sign < 0 ? pair.length : sign;
    const role = pair === "" ? undefined : fields.role(read(pair.slice(0, before)));
    if (role !== undefined) {
      const from = Math.min(start + before + 1, end);
      found.push(textSpot(from, end, role, read(text.slice(from, end))));
    } else {
      const behind = behindBracket(pair, fields) ?? behindSemicolons(pair, fields);
      if (behind !== undefined) found.push({ start, end, role: behind, value: { kind: "nested" } });
    }
    start = end + 1;
  }
  return found;
}

/** What stands in a declared field that a pair holds for those who part it at semicolons. */
function behindSemicolons(pair: string, fields: Fields): Role | undefined {
  for (const piece of pair.split(";").slice(1)) {
    const [name = ""] = piece.split("=", 1);
    const role = piece === "" ? undefined : fields.role(read(name));
    if (role !== undefined) return role;
  }
  return undefined;
}

/** What stands in a declared field for those who end its name at the first `=` behind a `]` (Express, Koa). */
function behindBracket(pair: string, fields: Fields): Role | undefined {
  const end = pair.search(/(?<=\]|%5d)=/i);
  return end > pair.indexOf("=") ? fields.role(read(pair.slice(0, end))) : undefined;
}

function read(text: string): string {
  return percentDecoded(text.replaceAll("+", " "));
}

/** A value as a form writes it. */
export function inForm(value: string): string {
  return new URLSearchParams([["", value]]).toString().slice(1);
}
