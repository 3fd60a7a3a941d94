/** What is known of an app. */
export interface App {
    readonly id: string;
    /** Needed of those whose tokens callers bring. */
    readonly secret: string | undefined;
    readonly wxAppId: string | undefined;
    readonly origins: readonly string[];
}
/** Reads `apps`. @throws {@link ConfigurationError} */
export declare function readApps(value: unknown): Map<string, App>;
