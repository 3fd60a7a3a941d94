/** A request, without cookies. */
export interface HttpRequest {
  /** How. */
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Where to: an absolute address. */
  readonly url: string;
  /** Header fields by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as UTF-8. */
  readonly body?: string;
}

/** An answer, read to its end. */
export interface HttpAnswer {
  /** The HTTP status code. */
  readonly status: number;
  /** A header's value, by its name in small letters. */
  header(name: string): string | null;
  /** All of it, read as UTF-8. */
  readonly body: string;
}

/** What a stream tells as it goes. */
export interface StreamListener {
  /** The answer has begun. */
  opened(status: number): void;
  /** The next piece of text. */
  heard(piece: string): void;
  /** There is nothing more to come, for whatever reason. Said once, and not after the stream was closed here. */
  ended(): void;
}

/**
 * What the package needs from the world: time, chance and the network. The defaults are React Native's and the native
 * module's; tests, and apps that route requests in their own way, hand in others.
 */
export interface Environment {
  /** Rejects when there is no answer. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Opens a stream; the function that it returns closes it. */
  stream(request: HttpRequest, listener: StreamListener): () => void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, `ms` milliseconds from now, unless the returned function is called before. */
  timer(run: () => void, ms: number): () => void;
  /** That many unpredictable bytes, in base64url without padding (RFC 4648 §5). */
  random(bytes: number): string;
  /** SHA-256 of the text's UTF-8, in base64url without padding. */
  sha256(text: string): string;
  /** Calls `run` whenever the app comes to the foreground, until the returned function is called. */
  foreground(run: () => void): () => void;
}
