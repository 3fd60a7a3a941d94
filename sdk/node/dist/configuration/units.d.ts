/** A size such as `1 MiB`, in bytes; undefined where it is none. */
export declare function bytes(text: string): number | undefined;
/** A time such as `2 s`, in milliseconds; undefined where it is none. */
export declare function milliseconds(text: string): number | undefined;
