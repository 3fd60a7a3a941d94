/** The scopes of a space-separated list (RFC 6749 §3.3), each once. */
export function scopes(list: string): readonly string[] {
  return [...new Set(list.split(" ").filter((scope) => scope !== ""))];
}

/** Everything in `list` and in `more`. */
export function union(list: string, more: string): string {
  return scopes(`${list} ${more}`).join(" ");
}

/** What is in `list` and not in `removed`. */
export function without(list: string, removed: string): string {
  const gone = scopes(removed);
  return scopes(list)
    .filter((scope) => !gone.includes(scope))
    .join(" ");
}

/** Whether all of `wanted` is in `list`. */
export function covers(list: string, wanted: string): boolean {
  return without(wanted, list) === "";
}
