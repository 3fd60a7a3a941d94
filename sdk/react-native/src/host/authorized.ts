import { NotSignedIn, PorticoError } from "../errors";
import type { Environment, HttpAnswer, HttpRequest, StreamListener } from "../net/environment";
import type { Issuer } from "../net/issuer";
import { request } from "../net/request";
import type { Tokens } from "./tokens";

class Refused extends PorticoError {}

/** Requests to Portico's own paths, with the person's token. */
export class Authorized {
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #tokens: Tokens;

  constructor(env: Environment, issuer: Issuer, tokens: Tokens) {
    this.#env = env;
    this.#issuer = issuer;
    this.#tokens = tokens;
  }

  /**
   * @throws {@link SessionExpired} on 401, once a renewed token is refused too; {@link NotSignedIn},
   * {@link Unreachable}.
   */
  send(path: string, init: Omit<HttpRequest, "url">): Promise<HttpAnswer> {
    return this.#using(async (token) => {
      const headers = { ...init.headers, authorization: `Bearer ${token}` };
      const answer = await request(this.#env, { ...init, url: this.#issuer.at(path), headers });
      if (answer.status === 401) throw new Refused("invalid_token");
      return answer;
    });
  }

  /**
   * Opens a stream. A token that is refused is renewed once, as in {@link Authorized.send}.
   *
   * @returns once the stream has begun; `ended` is called after that only. Rejects when there is none, or `signal` is
   * aborted, which also closes an open stream.
   */
  stream(
    path: string,
    headers: Readonly<Record<string, string>>,
    listener: Omit<StreamListener, "opened">,
    signal: AbortSignal,
  ): Promise<void> {
    const open = (token: string) =>
      new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(new NotSignedIn());
        let hasBegun = false;
        const close = this.#env.stream(
          { method: "GET", url: this.#issuer.at(path), headers: { ...headers, authorization: `Bearer ${token}` } },
          {
            opened: (status) => {
              hasBegun = status === 200;
              if (hasBegun) resolve();
              else reject(status === 401 ? new Refused("invalid_token") : new PorticoError(`http_${status}`));
            },
            heard: (piece) => hasBegun && listener.heard(piece),
            ended: () => (hasBegun ? listener.ended() : reject(new PorticoError("no_stream"))),
          },
        );
        signal.addEventListener("abort", () => {
          close();
          reject(new PorticoError("aborted"));
        });
      });
    return this.#using(open);
  }

  async #using<Answer>(use: (token: string) => Promise<Answer>): Promise<Answer> {
    return this.#tokens.using(this.#tokens.here(), use, (error) => (error instanceof Refused ? "over" : null));
  }
}
