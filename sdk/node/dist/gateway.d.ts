import type { App } from "./configuration/app.js";
import type { Configuration } from "./configuration/file.js";
import { Scripts } from "./cors.js";
import { type Swapped } from "./exchange.js";
import { type People, type Token } from "./people.js";
import { type Route } from "./route.js";
import { type Answer, type Header, type Request } from "./swap/message.js";
/** The merchant face inside one process: lets requests in, swaps them, and swaps their answers back. */
export declare class Gateway {
    #private;
    /** @throws {@link ConfigurationError} */
    constructor(configuration: Configuration, people?: People);
    /** Lets go of the feed and of every connection to Portico. */
    close(): void;
    /**
     * The way that a request takes, by its head.
     *
     * Refuses with 404 where no route fits; 400 for a target that leads elsewhere for some, and for what is no `Host`;
     * 405 for methods that would leave HTTP behind, or have the back end send back more than the client said.
     */
    way(request: Head): Way;
}
/** The head of a request. */
type Head = Omit<Request, "body">;
/** What a request brought that was let in: its token, where its route asks for one, and what the token says. */
type Brought = {
    readonly text: string;
    readonly token: Token;
} | undefined;
/** A request whose route is known. */
export declare class Way {
    #private;
    readonly route: Route;
    /** The scripts that it may come from. */
    readonly scripts: Scripts;
    constructor(route: Route, app: App, people: People, issuer: string, request: Head);
    /**
     * Lets the request in.
     *
     * Refuses with 400 for two tokens; 401 without a good token of the route's app; 403 without the scopes that the
     * route requires; 503 where Portico cannot be asked.
     */
    admit(): Promise<Admitted>;
}
/** A request that was let in, and its answer. */
export declare class Admitted {
    #private;
    readonly route: Route;
    constructor(route: Route, app: App, people: People, issuer: string, head: Head, brought: Brought);
    /** The request's headers without tokens. Refuses with 400 a token in the target. */
    headers(): readonly Header[];
    /**
     * The request, with {@link headers}, as the back end is to have it.
     *
     * Refuses with 403 a caller whom the back end's app does not know, and what {@link swapRequest} refuses.
     */
    request(request: Request): Promise<Swapped>;
    /** The answer as the app is to have it. Refuses with 502 what may not go out. */
    answer(method: string, answer: Answer): Promise<Answer>;
}
export {};
