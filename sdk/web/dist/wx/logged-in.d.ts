/** In which session this page logged in last. */
export declare class LoggedIn {
    #private;
    constructor(window: Window);
    /** Logged in in the session `sid`. */
    in(sid: string): void;
    /** Whether it was that session. */
    is(sid: string): boolean;
}
