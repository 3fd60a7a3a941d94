import { percentDecoded } from "./bytes.js";
import type { Fields } from "./name.js";
import { textSpot, type Spot } from "./spot.js";

/** What stands in the declared fields of a query or an urlencoded form (URL Standard §5.1), in its order. */
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
    }
    start = end + 1;
  }
  return found;
}

function read(text: string): string {
  return percentDecoded(text.replaceAll("+", " "));
}

/** A value as a form writes it. */
export function inForm(value: string): string {
  return new URLSearchParams([["", value]]).toString().slice(1);
}
