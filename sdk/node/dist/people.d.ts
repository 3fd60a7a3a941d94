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
    /** What the token says; undefined where it is not good at this moment, or not this app's. */
    introspect(app: App, token: string): Promise<Token | undefined>;
    /** What is known of these names of the app `from`, as `to` has them. `app` asks. */
    counterparts(app: App, from: string, to: string, names: Iterable<string>): Promise<Counterparts>;
    /** The caller's UnionID, by their token. */
    unionId(token: string): Promise<string | undefined>;
}
/**
 * Asks Portico itself, each time: an answer is not kept, and not shared with a question that was put later. So
 * nothing is ever held to be good after a call that ended it has been answered.
 *
 * Connections are kept alive, in one pool.
 */
export declare class Portico implements People {
    #private;
    /** `timeout` is how long one question may take, in milliseconds. */
    constructor(issuer: string, timeout: number);
    /** RFC 7662 §2. */
    introspect(app: App, token: string): Promise<Token | undefined>;
    /** Asks for a thousand at a time. */
    counterparts(app: App, from: string, to: string, names: Iterable<string>): Promise<Counterparts>;
    /** OpenID Connect Core 1.0 §5.3. */
    unionId(token: string): Promise<string | undefined>;
}
