import { PorticoError } from "../shared/errors.js";
import { exactOrigin } from "../shared/origin.js";
import { NoHost } from "./errors.js";
import type { Hear, Port } from "./port.js";

type Realm = Pick<typeof globalThis, "MessageChannel">;

/**
 * The parent window of a frame: hears only that window at a trusted origin, and speaks only to trusted origins, by
 * exact `targetOrigin`; to one of them alone, once it has spoken. With `ready` goes a port of this document's own, so that
 * what the parent answers there cannot come to the next document of the frame.
 *
 * @throws {@link PorticoError} `invalid_origin` unless every origin is exact; {@link NoHost} where the parent is none
 * of them.
 */
export function framePort(window: Window & Partial<Realm>, trusted: readonly string[], hear: Hear): Port {
  for (const origin of trusted) if (exactOrigin(origin) !== origin) throw new PorticoError("invalid_origin", origin);
  const { parent } = window;
  if (parent === window) throw new NoHost("this page is not in a host");
  const named = window.location.ancestorOrigins?.[0];
  if (named !== undefined && !trusted.includes(named)) throw new NoHost(`${named} is not a trusted host`);
  let origins = named === undefined ? trusted : [named];
  const listen = (origin: string, data: unknown): void => {
    if (origins.includes(origin) && hear(data)) origins = [origin];
  };
  const onMessage = ({ source, origin, data }: MessageEvent<unknown>): void => {
    if (source === parent) listen(origin, data);
  };
  const ports: MessagePort[] = [];
  /** The end of a new channel that is for a parent at `origin`, and reaches no other. */
  const portFor = (origin: string): MessagePort => {
    const { port1, port2 } = new (window.MessageChannel ?? MessageChannel)();
    port1.onmessage = ({ data }) => listen(origin, data);
    ports.push(port1);
    return port2;
  };
  window.addEventListener("message", onMessage);
  return {
    post(message) {
      for (const origin of origins)
        parent.postMessage(message, origin, message.type === "ready" ? [portFor(origin)] : []);
    },
    close() {
      window.removeEventListener("message", onMessage);
      for (const port of ports) port.close();
    },
  };
}
