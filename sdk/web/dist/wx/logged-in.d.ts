/** In which session this page logged in last; remembered over a reload where the browser lets it. */
export declare class LoggedIn {
    #private;
    constructor(window: Window);
    /** Logged in in the session `sid`. */
    in(sid: string): void;
    /** Whether it was that session. */
    is(sid: string): boolean;
}
