import type { Environment } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import { type Fields, type HostMessage, type MiniProgramMessage } from "../shared/messages.js";
/** A host's answer to a question with an `id`. */
export type Reply = Extract<HostMessage, {
    id?: string;
}>;
/**
 * The mini-program's end of the bridge: hears only the parent window at a trusted origin, and speaks only to
 * trusted origins, by exact `targetOrigin`.
 */
export declare class Channel {
    #private;
    /** @throws {@link PorticoError} `invalid_origin` unless every origin is exact; {@link NoHost} outside a host. */
    constructor(env: Environment, window: Window, origins: readonly string[], heard: (message: HostMessage) => void);
    /** Says `ready` to whichever trusted host the parent is. */
    ready(): void;
    /**
     * Asks the host something.
     *
     * @throws {@link NoHost} when `ms` pass without an answer; {@link PorticoError} with the host's code.
     */
    ask<Type extends "renew" | "login" | "request_permission">(type: Type, fields: Omit<Fields<MiniProgramMessage, Type>, "id">, ms: number): Promise<Reply>;
    /** Everything that waits for an answer fails with `error`. */
    failAll(error: PorticoError): void;
    /** Stops listening. */
    close(): void;
}
