/** A media type (RFC 9110 §8.3.1), in small letters but for the values of its parameters. */
export interface MediaType {
    /** Type and subtype, such as `application/json`. */
    readonly essence: string;
    readonly subtype: string;
    /** The parameters in their order, those of one name each. */
    readonly parameters: readonly (readonly [name: string, value: string])[];
}
/**
 * Reads a `Content-Type` by its grammar alone; undefined where it is written in another way. What lenient readers make
 * of such a one differs.
 */
export declare function readMediaType(text: string): MediaType | undefined;
/** The values of the parameters of this name. */
export declare function parametersOf({ parameters }: MediaType, name: string): string[];
