import { type Answer } from "./answer.js";
import { type LoggedOut } from "./logout.js";
import { type PorticoOptions } from "./options.js";
import { Validated } from "./validated.js";
/** The Portico of one app's back end. Make one for the life of the process, and {@link close} it in the end. */
export declare class Portico {
    #private;
    /** The issuer. */
    get issuer(): string;
    /** The app whose back end this is. */
    get clientId(): string;
    /** Whether tokens are validated without asking, at this moment. */
    get isLive(): boolean;
    /**
     * Resolves once the feed has caught up for the first time; at once where there is none. Nobody has to wait for it:
     * until then, Portico is asked about each token. The process is kept alive meanwhile.
     */
    ready(): Promise<void>;
    /**
     * Whom a launch token names, and what it opens now. What can never be good is refused without a question. What ended more than two seconds ago is known here.
     *
     * @throws {@link InvalidToken} where it is not good, whatever the cause.
     * @throws {@link Unavailable} where it cannot be told without asking, and Portico does not answer.
     */
    validate(token: string): Promise<Validated>;
    /**
     * Whom a request's `Authorization` header names, if all of these scopes hold.
     *
     * @throws {@link Failure}, which {@link answerTo} turns into the answer.
     */
    authorize(authorization: string | undefined, ...scopes: readonly string[]): Promise<Validated>;
    /**
     * Receives a logout (OpenID Connect Back-Channel Logout 1.0 §2.5): the form that was posted. Where its token is good,
     * tokens of the session are refused from now on, and the app is told. Answers 200 once the app is done; 400 where the
     * token is not good or `ended` fails, 503 where it cannot be verified now. Whatever is not 200, Portico sends again.
     */
    receiveLogout(contentType: string | undefined, body: string, ended: (who: LoggedOut) => unknown): Promise<Answer>;
    /** Closes the feed and every connection. Tokens can still be validated, by asking. */
    close(): void;
}
/**
 * Portico for the back end of one app. It opens the feed at once, and keeps no process alive by itself.
 *
 * @throws TypeError where an option cannot be used.
 */
export declare function createPortico(options: PorticoOptions): Portico;
