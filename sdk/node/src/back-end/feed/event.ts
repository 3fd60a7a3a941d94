import { Unreadable, type ServerSentEvent } from "./sse.js";

/** What the feed says. */
export type FeedEvent =
  | { readonly kind: "reset" | "caught_up" | "app_suspended" | "keys_rotated" | "other" }
  | { readonly kind: "session_ended"; readonly sessionId: string }
  | { readonly kind: "token_revoked"; readonly tokenId: string }
  | { readonly kind: "grant_changed"; readonly userId: string; readonly scope: string };

const OTHER = { kind: "other" } as const;

/**
 * The event, read. Those that are not known, and pings, are signs of life and nothing more.
 *
 * @throws {@link Unreadable} where it is known and does not say what it must.
 */
export function readEvent({ name, data }: ServerSentEvent): FeedEvent {
  switch (name) {
    case "reset":
    case "caught_up":
    case "app_suspended":
    case "keys_rotated":
      return { kind: name };
    case "session_ended":
      return { kind: name, sessionId: member(data, "sid") };
    case "token_revoked":
      return { kind: name, tokenId: member(data, "jti") };
    case "grant_changed":
      return { kind: name, userId: member(data, "sub"), scope: member(data, "scope") };
    default:
      return OTHER;
  }
}

function member(data: string, name: string): string {
  let value: unknown;
  try {
    value = (JSON.parse(data) as Record<string, unknown> | null)?.[name];
  } catch {
    throw new Unreadable("an event whose data is no JSON");
  }
  if (typeof value !== "string") throw new Unreadable(`an event without its \`${name}\``);
  return value;
}
