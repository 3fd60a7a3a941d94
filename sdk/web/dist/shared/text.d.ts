/**
 * What the JSON `text` holds; `null` where it is not JSON, not text, or longer than any message (65,536 UTF-16 code
 * units).
 */
export declare function parsed(text: unknown): unknown;
