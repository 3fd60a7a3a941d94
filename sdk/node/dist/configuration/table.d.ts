import { ConfigurationError } from "./wrong.js";
/** One table of the configuration, whose keys are known. */
export declare class Table {
    #private;
    readonly at: string;
    constructor(value: unknown, at: string, known: readonly string[]);
    /** The full name of a key. */
    key(name: string): string;
    wrong(name: string, what: string): ConfigurationError;
    has(name: string): boolean;
    value(name: string): unknown;
    text(name: string): string | undefined;
    need(name: string): string;
    flag(name: string): boolean;
    texts(name: string): string[];
    table(name: string, known: readonly string[]): Table;
}
