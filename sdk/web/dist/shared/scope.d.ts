/** The scopes of a space-separated list (RFC 6749 §3.3), each once. */
export declare function scopes(list: string): readonly string[];
/** Everything in `list` and in `more`. */
export declare function union(list: string, more: string): string;
/** What is in `list` and not in `removed`. */
export declare function without(list: string, removed: string): string;
/** Whether all of `wanted` is in `list`. */
export declare function covers(list: string, wanted: string): boolean;
