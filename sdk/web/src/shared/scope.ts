/** What of a space-separated list (RFC 6749 §3.3) is not in `removed`. */
export function without(list: string, removed: string): string {
  const gone = removed.split(" ");
  return list
    .split(" ")
    .filter((scope) => scope && !gone.includes(scope))
    .join(" ");
}

/** Everything in `list`, and what of `more` is not in it. */
export const union = (list: string, more: string): string => `${list} ${without(more, list)}`.trim();

/** Whether all of `wanted` is in `list`. */
export const covers = (list: string, wanted: string): boolean => !without(wanted, list);
