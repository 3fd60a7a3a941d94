/** `application/x-www-form-urlencoded`; fields that are `undefined` are left out. */
export function form(fields: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${encode(name)}=${encode(value)}`]))
    .join("&");
}

/** `url` with these fields after what its query holds. */
export function withQuery(url: string, fields: Readonly<Record<string, string | undefined>>): string {
  return `${url}${url.includes("?") ? "&" : "?"}${form(fields)}`;
}

/** The fields of `url`'s query, the first of each name; of a field that is not well-formed, nothing. */
export function query(url: string): ReadonlyMap<string, string> {
  const text = /^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? "";
  const fields = new Map<string, string>();
  for (const pair of text.split("&")) {
    const [name = "", ...value] = pair.split("=");
    const field = decode(name);
    const content = decode(value.join("="));
    if (field !== null && content !== null && field !== "" && !fields.has(field)) fields.set(field, content);
  }
  return fields;
}

/** `url` without query and fragment. */
export function bare(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? "";
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
