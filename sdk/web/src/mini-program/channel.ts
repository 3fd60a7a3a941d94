import type { Environment } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import {
  BRIDGE_VERSION,
  parseHostMessage,
  type Fields,
  type HostMessage,
  type MiniProgramMessage,
} from "../shared/messages.js";
import { exactOrigin } from "../shared/origin.js";
import { NoHost } from "./errors.js";

/** A host's answer to a question with an `id`. */
export type Reply = Extract<HostMessage, { id?: string }>;

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: PorticoError): void;
  stop(): void;
}

/**
 * The mini-program's end of the bridge: hears only the parent window at a trusted origin, and speaks only to
 * trusted origins, by exact `targetOrigin`.
 */
export class Channel {
  readonly #env: Environment;
  readonly #window: Window;
  readonly #origins: readonly string[];
  readonly #heard: (message: HostMessage) => void;
  readonly #waiting = new Map<string, Waiting>();
  #host: string | null = null;
  #next = 1;

  /** @throws {@link PorticoError} `invalid_origin` unless every origin is exact; {@link NoHost} outside a host. */
  constructor(
    env: Environment,
    window: Window,
    origins: readonly string[],
    heard: (message: HostMessage) => void,
  ) {
    for (const origin of origins) {
      if (exactOrigin(origin) !== origin)
        throw new PorticoError("invalid_origin", `not an exact origin: ${origin}`);
    }
    if (window.parent === window) throw new NoHost("this page is not in a frame");
    const parent = window.location.ancestorOrigins?.[0];
    if (parent !== undefined && !origins.includes(parent))
      throw new NoHost(`${parent} is not a trusted host`);
    this.#env = env;
    this.#window = window;
    this.#origins = parent === undefined ? origins : [parent];
    this.#heard = heard;
    window.addEventListener("message", this.#onMessage);
  }

  /** Says `ready` to whichever trusted host the parent is. */
  ready(): void {
    for (const origin of this.#origins)
      this.#window.parent.postMessage({ portico: BRIDGE_VERSION, type: "ready" }, origin);
  }

  /**
   * Asks the host something.
   *
   * @throws {@link NoHost} when `ms` pass without an answer; {@link PorticoError} with the host's code.
   */
  ask<Type extends "renew" | "login" | "request_permission">(
    type: Type,
    fields: Omit<Fields<MiniProgramMessage, Type>, "id">,
    ms: number,
  ): Promise<Reply> {
    const id = String(this.#next++);
    return new Promise((resolve, reject) => {
      const stop = this.#env.timer(() => this.#settle(id)?.reject(new NoHost(`no answer to ${type}`)), ms);
      this.#waiting.set(id, { resolve, reject, stop });
      if (this.#host !== null)
        this.#window.parent.postMessage({ portico: BRIDGE_VERSION, type, id, ...fields }, this.#host);
    });
  }

  /** Everything that waits for an answer fails with `error`. */
  failAll(error: PorticoError): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
  }

  /** Stops listening. */
  close(): void {
    this.#window.removeEventListener("message", this.#onMessage);
  }

  #settle(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.stop();
    return waiting;
  }

  readonly #onMessage = (event: MessageEvent<unknown>): void => {
    if (event.source !== this.#window.parent || !this.#origins.includes(event.origin)) return;
    const message = parseHostMessage(event.data);
    if (message === null) return;
    this.#host = event.origin;
    this.#heard(message);
    if (!("id" in message) || message.id === undefined) return;
    const waiting = this.#settle(message.id);
    if (message.type === "error")
      waiting?.reject(new PorticoError(message.error, `the host answered ${message.error}`));
    else waiting?.resolve(message);
  };
}
