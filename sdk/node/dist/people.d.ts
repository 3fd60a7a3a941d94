import type { App } from "./configuration/app.js";
import type { Counterparts } from "./swap/decide.js";
/** What Portico says about a token that is good. */
export interface Token {
    /** The caller's OpenID at the app. */
    readonly sub: string;
    readonly scope: readonly string[];
}
/** What must be found out about the people in a message. */
export interface People {
    /** What the token says; undefined where it is not good, or not this app's. */
    introspect(app: App, token: string): Promise<Token | undefined>;
    /** What is known of these names of the app `from`, as `to` has them. `app` asks. */
    counterparts(app: App, from: string, to: string, names: Iterable<string>): Promise<Counterparts>;
    /** The caller's UnionID, by their token. */
    unionId(token: string): Promise<string | undefined>;
    /** Lets go of whatever is open. */
    close(): void;
}
/** How tokens are validated: by the feed, or by asking each time. */
export type Validation = "feed" | "introspection";
/**
 * Finds out from Portico itself. Tokens are validated as a back end validates them; what becomes of OpenIDs is asked
 * each time, and not kept.
 *
 * Connections are kept alive, in one pool.
 */
export declare class PorticoPeople implements People {
    #private;
    /** `timeout` is how long one question may take, in milliseconds. */
    constructor(issuer: string, timeout: number, validation?: Validation);
    introspect(app: App, token: string): Promise<Token | undefined>;
    /** Lets go of the feeds and the connections. */
    close(): void;
    /** Asks for a thousand at a time. */
    counterparts(app: App, from: string, to: string, names: Iterable<string>): Promise<Counterparts>;
    /** OpenID Connect Core 1.0 §5.3. */
    unionId(token: string): Promise<string | undefined>;
}
