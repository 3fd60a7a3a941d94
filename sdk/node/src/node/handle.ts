import type { IncomingMessage, ServerResponse } from "node:http";

import type { Gateway } from "../gateway.js";
import { Refused } from "../refused.js";
import { requestKind } from "../swap/kind.js";
import { without, type Header } from "../swap/message.js";
import { answerInstead, answerWith } from "./exits.js";
import { Body, bodyLength, dropTrailers, Gone, head, setHeaders } from "./incoming.js";
import { HeldAnswer } from "./outgoing.js";
import { permit } from "./permitted.js";

/** What the app may want to know about its gateway. */
export interface Options {
  /** Hears of every request and answer that went no further, for the log: neither holds a token or an OpenID. */
  onRefused?: (refused: Refused, request: IncomingMessage) => void;
}

/**
 * Lets a request in, swaps it where it stands, and holds its answer. The new target is the result; undefined where
 * the request was answered in place of the app.
 *
 * Rejects with what is wrong with the way it is used, never with what is wrong with the request.
 */
export async function handle(
  gateway: Gateway,
  options: Options,
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
): Promise<string | undefined> {
  const log = (refused: Refused): void => options.onRefused?.(refused, request);
  try {
    return await swap(gateway, log, request, response, target);
  } catch (error) {
    if (error instanceof Gone) return undefined;
    if (!(error instanceof Refused)) throw error;
    log(error);
    // What has not been read of the request is not worth reading.
    if (!request.complete) response.shouldKeepAlive = false;
    answerWith(response, error);
    return undefined;
  }
}

async function swap(
  gateway: Gateway,
  log: (refused: Refused) => void,
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
): Promise<string | undefined> {
  if (request.httpVersionMajor > 1) throw new Error("HTTP/2 is not understood here: put a proxy in front that ends it");
  const received = head(request, target);
  const way = gateway.way(received);
  permit(response, way.scripts);
  const preflight = way.scripts.preflight(received);
  if (preflight) {
    answerInstead(response, { status: 204, headers: preflight });
    return undefined;
  }
  const admitted = await way.admit();
  const { route } = admitted;
  const length = bodyLength(request);
  const kind = requestKind(route.maps, received.headers, length);
  const headers = without(admitted.headers(), "trailer");
  const taken = kind !== undefined && length !== 0 ? new Body(request) : undefined;
  // An empty body is none to wait for, and none that is swapped.
  const body = taken ? await taken.take(route.bodyLimit) : length === 0 ? Buffer.alloc(0) : undefined;
  const swapped = await admitted.request({ ...received, headers, body });
  const goesOn = taken && (swapped.body ?? body);
  if (goesOn) taken.put(goesOn);
  dropTrailers(request);
  setHeaders(request, goesOn ? measured(swapped.headers, goesOn) : swapped.headers);
  HeldAnswer.install(response, admitted, received.method, log);
  return swapped.target;
}

/** The headers of a body that was read whole. */
function measured(headers: readonly Header[], body: Buffer): Header[] {
  const rest = without(headers, "content-length", "transfer-encoding");
  return [...rest, ["Content-Length", String(body.length)]];
}

