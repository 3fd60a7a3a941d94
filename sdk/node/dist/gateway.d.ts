import type { App } from "./configuration/app.js";
import type { Configuration } from "./configuration/file.js";
import { type Swapped } from "./exchange.js";
import { type People, type Token } from "./people.js";
import { type Route } from "./route.js";
import { type Answer, type Request } from "./swap/message.js";
/** The merchant face inside one process: lets requests in, swaps them, and swaps their answers back. */
export declare class Gateway {
    #private;
    /** @throws {@link ConfigurationError} */
    constructor(configuration: Configuration, people?: People);
    /** Lets go of the feed and of every connection to Portico. */
    close(): void;
    /**
     * Lets a request in, by its head: the route that takes it, and who calls.
     *
     * Refuses with 404 where no route fits; 400 for a target that leads elsewhere for some, and for two tokens; 401
     * without a good token of the route's app; 403 without the scopes that the route requires; 503 where Portico
     * cannot be asked.
     */
    admit(request: Omit<Request, "body">): Promise<Admitted>;
}
/** A request that was let in, and its answer. */
export declare class Admitted {
    #private;
    readonly route: Route;
    constructor(route: Route, app: App, people: People, brought: {
        readonly text: string;
        readonly token: Token;
    } | undefined);
    /**
     * The request as the back end is to have it.
     *
     * Refuses with 403 a caller whom the back end's app does not know, and what {@link swapRequest} refuses.
     */
    request(request: Request): Promise<Swapped>;
    /** The answer as the app is to have it. Refuses with 502 what may not go out. */
    answer(method: string, answer: Answer): Promise<Answer>;
}
