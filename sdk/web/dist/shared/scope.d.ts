/** What of a space-separated list (RFC 6749 §3.3) is not in `removed`. */
export declare function without(list: string, removed: string): string;
/** Everything in `list`, and what of `more` is not in it. */
export declare const union: (list: string, more: string) => string;
/** Whether all of `wanted` is in `list`. */
export declare const covers: (list: string, wanted: string) => boolean;
