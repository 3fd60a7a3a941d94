/** The configuration cannot be used. The message is one line that says where, and what to do. */
export declare class ConfigurationError extends Error {
    /** The key, such as `route[0].self.json[1]`. */
    readonly key: string;
    constructor(
    /** The key, such as `route[0].self.json[1]`. */
    key: string, what: string);
}
