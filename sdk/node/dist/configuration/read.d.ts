import type { Validation } from "../people.js";
import type { Route } from "../route.js";
import { type App } from "./app.js";
import type { Configuration } from "./file.js";
/** The configuration, read and checked. */
export interface Read {
    readonly issuer: string;
    readonly apps: ReadonlyMap<string, App>;
    readonly routes: readonly Route[];
    /** How long one question to Portico may take, in milliseconds. */
    readonly timeout: number;
    readonly validation: Validation;
}
/** Reads a configuration. @throws {@link ConfigurationError} */
export declare function read(configuration: Configuration): Read;
/**
 * The routes, and the issuer where it is there, of a configuration file of `portico gateway`, or of the `[gateway]`
 * part of one of `portico serve`.
 *
 * @throws {@link ConfigurationError} where it is no TOML, or has no routes.
 */
export declare function fromToml(text: string): Pick<Configuration, "route"> & Partial<Configuration>;
