import type { ClientKey } from "./credentials.js";
/** What a back end is told about its Portico, and its own app there. */
export interface PorticoOptions {
    /** Portico's issuer URL, to the letter. */
    readonly issuer: string;
    /** The app's id: its `client_id`, and the audience of its launch tokens. */
    readonly clientId: string;
    /**
     * The secret that registering the app answered, for `client_secret_basic` and `client_secret_post`: either way it is
     * sent in the `Authorization` header, as Portico takes it. Either this or {@link privateKey}.
     */
    readonly clientSecret?: string;
    /** The key of an app that was registered with `private_key_jwt`. */
    readonly privateKey?: ClientKey;
    /** How long one question to Portico may take, in milliseconds; 5000 where it is not given. */
    readonly timeout?: number;
    /** How many verified tokens are remembered, about 1 kB each; 10000 where it is not given. */
    readonly remember?: number;
    /**
     * `"feed"` (where it is not given): tokens are validated here, by the keys and the feed, and Portico is asked where
     * the feed was silent for two seconds. `"introspection"`: Portico is asked each time about a token that it signed and
     * that has not expired, and an ended session is refused from the next request on.
     */
    readonly validate?: "feed" | "introspection";
    /** Hears what a log should have: the feed was lost, the keys could not be read. Holds no token and no secret. */
    readonly onProblem?: (problem: Error) => void;
}
/**
 * The options, with those that were not given; the credentials are looked at by who makes them.
 *
 * @throws TypeError where one cannot be used.
 */
export declare function whole({ issuer, clientId, timeout, remember, validate, onProblem, }: PorticoOptions): Required<Pick<PorticoOptions, "issuer" | "clientId" | "timeout" | "remember" | "validate">>;
