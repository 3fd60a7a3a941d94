/**
 * The exact origin of `url`: https, or http on this very machine.
 *
 * @throws {@link PorticoError} `invalid_origin` for anything else, opaque origins and `*` among them.
 */
export declare function exactOrigin(url: string): string;
