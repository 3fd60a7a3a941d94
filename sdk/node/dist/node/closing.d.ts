/** What holds connections to Portico. */
export interface Closing {
    /** Lets go of them. They keep no process alive, so that it can be left to the end of the process. */
    close(): void;
}
