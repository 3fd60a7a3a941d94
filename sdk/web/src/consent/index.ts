/**
 * For hosts that draw the question to the person themselves, in place of Portico's own page.
 *
 * @packageDocumentation
 */
import type { PorticoHost } from "../host/portico-host.js";

/** What the person said: the scopes that they granted, and those that they refused. */
export interface Decision {
  readonly granted: readonly string[];
  readonly refused: readonly string[];
}

const at = (request: string) => `/v1/consents/${encodeURIComponent(request)}`;

/**
 * What a request asks (`GET /v1/consents/{request}`); `request` is that of `ConsentRequired`.
 *
 * @throws as {@link PorticoHost.fetch}.
 */
export async function read(host: PorticoHost, request: string): Promise<Readonly<Record<string, unknown>>> {
  return (await host.fetch(at(request))).json() as Promise<Record<string, unknown>>;
}

/**
 * Answers a request (`POST /v1/consents/{request}`).
 *
 * @throws as {@link PorticoHost.fetch}.
 */
export async function decide(host: PorticoHost, request: string, decision: Decision): Promise<void> {
  await host.fetch(at(request), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(decision),
  });
}
