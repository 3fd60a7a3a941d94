import type { Environment } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import type { Fields, HostMessage, MiniProgramMessage } from "../shared/messages.js";
/** A host's answer to a question with an `id`. */
export type Reply = Extract<HostMessage, {
    id?: string;
}>;
/** The error where a host answered something else than was asked. */
export declare const unexpected: ({ type }: Reply) => PorticoError;
/** The mini-program's end of the bridge, over whichever port leads to the host. */
export declare class Channel {
    #private;
    /** @throws as {@link framePort}, where there is no app around a WebView. */
    constructor(env: Environment, window: Window, origins: readonly string[], heard: (message: HostMessage) => void);
    /** Says `ready` to whichever trusted host there is. */
    ready(): void;
    /**
     * Asks the host something.
     *
     * @throws {@link NoHost} when no answer comes in time; {@link PorticoError} with the host's code.
     */
    ask<Type extends "renew" | "login" | "request_permission">(type: Type, fields: Omit<Fields<MiniProgramMessage, Type>, "id">): Promise<Reply>;
    /** Everything that waits for an answer fails with `error`. */
    failAll(error: PorticoError): void;
    /** Stops listening. */
    close(): void;
}
