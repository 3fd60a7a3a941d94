/** A question over HTTP. */
export interface Question {
    readonly method: "GET" | "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
}
/** No answer, or not all of it in time. */
export declare class NoAnswer extends Error {
}
/** Asks one server, over connections that are kept alive. Redirects are answers. */
export declare class Connections {
    #private;
    /**
     * The status and the body of the answer, whole within so many milliseconds.
     *
     * A question on a connection that the server closed at that moment is put again: asking changes nothing.
     *
     * @throws {@link NoAnswer}
     */
    ask(url: string, question: Question, timeout: number): Promise<{
        status: number;
        body: string;
    }>;
    /** Lets go of the connections that are kept alive. */
    close(): void;
}
