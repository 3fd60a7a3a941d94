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

/** One permission that the person is asked for, in the words of their language. */
export interface ConsentPermission {
  /** The scope's name, for {@link Decision}. */
  readonly scope: string;
  /** What it opens, in a few words. */
  readonly title: string;
  /** What it opens, in a sentence. */
  readonly description: string;
  /** Why the mini-program wants it, in its own words. */
  readonly reason: string;
  /** Whether the mini-program cannot be opened without. */
  readonly required: boolean;
  /** Whether it deserves a second look. */
  readonly sensitive: boolean;
  /** What they decided before; `null` where they never have. */
  readonly decision: "granted" | "refused" | "withdrawn" | null;
}

/** What a consent request asks, as the server says it (`GET /v1/consents/{request}`). */
export interface ConsentQuestion {
  /** The request's id. */
  readonly consent_request: string;
  /** The scopes that are asked for, separated by one space. */
  readonly scope: string;
  /** The mini-program that asks. */
  readonly app: {
    readonly app_id: string;
    /** What it is called. */
    readonly name: string;
    /** Addresses of its icons, and their sizes as its manifest writes them, such as `48x48`. */
    readonly icons: readonly { readonly src: string; readonly sizes?: string }[];
    /** What its developer is called. */
    readonly developer: string;
  };
  /** What it asks for, in the order of `scope`. */
  readonly permissions: readonly ConsentPermission[];
  /** The scopes that the operator has granted it for everybody, separated by one space. */
  readonly preauthorised: string;
  /** Until when it can be answered, in seconds since 1970. */
  readonly expires_at: number;
}

const at = (request: string) => `/v1/consents/${encodeURIComponent(request)}`;

/**
 * What a request asks (`GET /v1/consents/{request}`); `request` is that of `ConsentRequired`.
 *
 * @throws as {@link PorticoHost.fetch}.
 */
export async function read(host: PorticoHost, request: string): Promise<ConsentQuestion> {
  return (await host.fetch(at(request))).json() as Promise<ConsentQuestion>;
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
