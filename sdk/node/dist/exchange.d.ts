import type { Route } from "./route.js";
import type { Caller, Counterparts } from "./swap/decide.js";
import type { Answer, Header, Request } from "./swap/message.js";
/** What has to be found out about the caller and about others, for one message. */
export interface Asked {
    /** What is known of these texts, on the side that the message comes from. */
    counterparts(names: ReadonlySet<string>): Promise<Counterparts>;
    /** The caller as both sides know them, once {@link counterparts} has answered; undefined where there is none. */
    caller(): Caller | undefined;
    unionId(): Promise<string | undefined>;
    /** The caller's token, where it must not stand in a body. */
    readonly withheld?: string | undefined;
}
/** A request as it goes on. `body` is undefined where the body goes on as it came. */
export interface Swapped {
    readonly target: string;
    readonly headers: readonly Header[];
    readonly body: Buffer | undefined;
}
/**
 * A request as the back end is to have it. `own` is the caller's OpenID at the app.
 *
 * Where {@link requestKind} says that the body is looked into, `request.body` is the whole of it.
 */
export declare function swapRequest(route: Route, request: Request, own: string | undefined, asked: Asked): Promise<Swapped>;
/** An answer as the app is to have it; `method` is that of its request. */
export declare function swapAnswer(route: Route, method: string, answer: Answer, asked: Asked): Promise<Answer>;
