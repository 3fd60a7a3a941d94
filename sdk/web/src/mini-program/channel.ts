import type { Environment } from "../shared/environment.js";
import { PorticoError, Unreachable } from "../shared/errors.js";
import { parseHostMessage } from "../shared/from-host.js";
import type { Fields, HostMessage, MiniProgramMessage } from "../shared/messages.js";
import { BRIDGE_VERSION } from "../shared/shape.js";
import { appPort } from "./app-port.js";
import { NoHost } from "./errors.js";
import { framePort } from "./frame-port.js";
import type { Port } from "./port.js";

/** A host's answer to a question with an `id`. */
export type Reply = Extract<HostMessage, { id?: string }>;

/** How long an answer may take; the person may have to think. */
const PATIENCE_MS = { renew: 15_000, login: 15_000, request_permission: 600_000 };

/** The error where a host answered something else than was asked. */
export const unexpected = ({ type }: Reply): PorticoError =>
  new PorticoError("invalid_response", `the host answered with ${type}`);

/** What a host's `error` says. */
function refused(code: string): PorticoError {
  const message = `the host answered ${code}`;
  return code === "temporarily_unavailable" ? new Unreachable(message) : new PorticoError(code, message);
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: PorticoError): void;
  stop(): void;
}

/** The mini-program's end of the bridge, over whichever port leads to the host. */
export class Channel {
  readonly #env: Environment;
  readonly #port: Port;
  readonly #heard: (message: HostMessage) => void;
  readonly #waiting = new Map<string, Waiting>();
  #next = 1;

  /** @throws as {@link framePort}, where there is no app around a WebView. */
  constructor(
    env: Environment,
    window: Window,
    origins: readonly string[],
    heard: (message: HostMessage) => void,
  ) {
    const hear = (data: unknown) => this.#hear(data);
    this.#env = env;
    this.#heard = heard;
    this.#port = appPort(window, hear) ?? framePort(window, origins, hear);
  }

  /** Says `ready` to whichever trusted host there is. */
  ready(): void {
    this.#port.post({ portico: BRIDGE_VERSION, type: "ready" });
  }

  /**
   * Asks the host something.
   *
   * @throws {@link NoHost} when no answer comes in time; {@link PorticoError} with the host's code.
   */
  ask<Type extends "renew" | "login" | "request_permission">(
    type: Type,
    fields: Omit<Fields<MiniProgramMessage, Type>, "id">,
  ): Promise<Reply> {
    const id = String(this.#next++);
    return new Promise((resolve, reject) => {
      const giveUp = () => this.#settle(id)?.reject(new NoHost(`no answer to ${type}`));
      const stop = this.#env.timer(giveUp, PATIENCE_MS[type]);
      this.#waiting.set(id, { resolve, reject, stop });
      this.#port.post({ portico: BRIDGE_VERSION, type, id, ...fields });
    });
  }

  /** Everything that waits for an answer fails with `error`. */
  failAll(error: PorticoError): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
  }

  /** Stops listening. */
  close(): void {
    this.#port.close();
  }

  #settle(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.stop();
    return waiting;
  }

  #hear(data: unknown): boolean {
    const message = parseHostMessage(data);
    if (message === null) return false;
    this.#heard(message);
    if ("id" in message && message.id !== undefined) {
      const waiting = this.#settle(message.id);
      if (message.type === "error") waiting?.reject(refused(message.error));
      else waiting?.resolve(message);
    }
    return true;
  }
}
