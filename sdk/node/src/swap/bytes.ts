/** A text with one character for every byte, so that bytes that are no text stay what they are. */
export function asBytes(bytes: Buffer): string {
  return bytes.toString("latin1");
}

/** The bytes of such a text. */
export function fromBytes(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/**
 * A text without the characters of one kind that stand around it. (A regular expression for those at the end would look
 * to the end from each of them: the square of their number.)
 */
export function stripped(text: string, kind: RegExp): string {
  let [start, end] = [0, text.length];
  while (start < end && kind.test(text.charAt(start))) start++;
  while (end > start && kind.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The UTF-8 text in bytes of {@link asBytes}; what is none becomes U+FFFD. */
export function decoded(bytes: string): string {
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : fromBytes(bytes).toString("utf8");
}

/** The same with `%XX` decoded before; what is no such triplet stays (URL Standard §1.3). */
export function percentDecoded(bytes: string): string {
  return decoded(unescaped(bytes));
}

/** The bytes with `%XX` decoded; what is no such triplet stays. */
export function percentBytes(bytes: string): Buffer {
  return fromBytes(unescaped(bytes));
}

function unescaped(bytes: string): string {
  return bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** A text with all but the unreserved characters encoded (RFC 3986 §2.3). */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
