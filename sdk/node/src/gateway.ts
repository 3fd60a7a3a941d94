import type { App } from "./configuration/app.js";
import type { Configuration } from "./configuration/file.js";
import { read, type Read } from "./configuration/read.js";
import { Scripts } from "./cors.js";
import { credential } from "./credential.js";
import { swapAnswer, swapRequest, type Asked, type Swapped } from "./exchange.js";
import { PorticoPeople, type People, type Token } from "./people.js";
import { Refused } from "./refused.js";
import { routeOf, type Route } from "./route.js";
import type { Caller, Counterparts } from "./swap/decide.js";
import { values, type Answer, type Header, type Request } from "./swap/message.js";
import { AmbiguousPath } from "./swap/path.js";
import { badAnswer, badRequest } from "./swap/wrong.js";
import { withoutTokens } from "./withhold.js";

/** The scope that opens the UnionID. */
const UNION_ID = "union_id";

/** The merchant face inside one process: lets requests in, swaps them, and swaps their answers back. */
export class Gateway {
  readonly #read: Read;
  readonly #people: People;

  /** @throws {@link ConfigurationError} */
  constructor(configuration: Configuration, people?: People) {
    this.#read = read(configuration);
    this.#people = people ?? new PorticoPeople(this.#read.issuer, this.#read.timeout, this.#read.validation);
  }

  /** Lets go of the feed and of every connection to Portico. */
  close(): void {
    this.#people.close();
  }

  /**
   * The way that a request takes, by its head.
   *
   * Refuses with 404 where no route fits; 400 for a target that leads elsewhere for some, and for what is no `Host`;
   * 405 for methods that would leave HTTP behind, or have the back end send back more than the client said.
   */
  way(request: Head): Way {
    const { routes, apps, issuer } = this.#read;
    const { method, target, headers } = request;
    if (/^(CONNECT|TRACE|TRACK)$/i.test(method)) {
      throw new Refused("invalid_request", "nothing is tunnelled or traced here", { status: 405 });
    }
    if (!target.startsWith("/") || target.includes("#")) throw badRequest("the target is not a path");
    const [host, ...more] = values(headers, "host");
    if (host === undefined || more.length > 0) throw badRequest("there must be one Host");
    if (!HOST.test(host)) throw badRequest("Host is not a name and a port");
    const route = inOneWay(() => routeOf(routes, host, target));
    const app = route && apps.get(route.app);
    if (!route || !app) throw new Refused("not_found", "There is nothing here.");
    return new Way(route, app, this.#people, issuer, request);
  }
}

/** The head of a request. */
type Head = Omit<Request, "body">;

/** A name or an address, with or without a port. */
const HOST = /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(:\d{0,5})?$/;

/** What a request brought that was let in: its token, where its route asks for one, and what the token says. */
type Brought = { readonly text: string; readonly token: Token } | undefined;

/** A request whose route is known. */
export class Way {
  /** The scripts that it may come from. */
  readonly scripts: Scripts;
  readonly #app: App;
  readonly #people: People;
  readonly #issuer: string;
  readonly #request: Head;

  constructor(readonly route: Route, app: App, people: People, issuer: string, request: Head) {
    this.scripts = new Scripts(route, app.origins, request.headers);
    this.#app = app;
    this.#people = people;
    this.#issuer = issuer;
    this.#request = request;
  }

  /**
   * Lets the request in.
   *
   * Refuses with 400 for two tokens; 401 without a good token of the route's app; 403 without the scopes that the
   * route requires; 503 where Portico cannot be asked.
   */
  async admit(): Promise<Admitted> {
    const { route } = this;
    const text = credential(route, this.#app.origins, this.#request);
    const brought = text === undefined ? undefined : { text, token: await this.#validated(text) };
    return new Admitted(route, this.#app, this.#people, this.#issuer, this.#request, brought);
  }

  async #validated(text: string): Promise<Token> {
    const token = await this.#people.introspect(this.#app, text);
    if (!token) throw new Refused("invalid_token", "The token is not good, or not for this app.");
    const missing = this.route.require.filter((scope) => !token.scope.includes(scope));
    if (missing.length === 0) return token;
    throw new Refused("insufficient_scope", "The person does not let this app do that.", { missing });
  }
}

/** A request that was let in, and its answer. */
export class Admitted {
  readonly #app: App;
  readonly #people: People;
  readonly #issuer: string;
  readonly #head: Head;
  readonly #brought: Brought;
  #caller: Caller | undefined;

  constructor(readonly route: Route, app: App, people: People, issuer: string, head: Head, brought: Brought) {
    this.#app = app;
    this.#people = people;
    this.#issuer = issuer;
    this.#head = head;
    this.#brought = brought;
  }

  /** The request's headers without tokens. Refuses with 400 a token in the target. */
  headers(): readonly Header[] {
    return withoutTokens(this.route, this.#issuer, this.#brought?.text, this.#head);
  }

  /**
   * The request, with {@link headers}, as the back end is to have it.
   *
   * Refuses with 403 a caller whom the back end's app does not know, and what {@link swapRequest} refuses.
   */
  async request(request: Request): Promise<Swapped> {
    const { app, as } = this.route;
    const own = this.#brought?.token.sub;
    return swapRequest(this.route, request, own, {
      ...this.#asked(app, as),
      withheld: this.route.keepToken ? undefined : this.#brought?.text,
      counterparts: async (names) => {
        const isOne = app === as;
        // The caller and all others, in one question.
        const all = own === undefined || isOne ? names : new Set([own, ...names]);
        const known = await this.#counterparts(app, as, all);
        if (own !== undefined) {
          const there = isOne ? own : known.get(own)?.openId;
          if (there === undefined) throw stranger(as);
          this.#caller = { here: own, there };
        }
        return known;
      },
    });
  }

  /** The answer as the app is to have it. Refuses with 502 what may not go out. */
  async answer(method: string, answer: Answer): Promise<Answer> {
    const { app, as } = this.route;
    try {
      return await swapAnswer(this.route, method, answer, this.#asked(as, app));
    } catch (error) {
      if (error instanceof Refused && error.status !== 502) throw badAnswer(error.because ?? error.message);
      throw error;
    }
  }

  #asked(from: string, to: string): Asked {
    return {
      counterparts: (names) => this.#counterparts(from, to, names),
      caller: () => this.#caller,
      unionId: async () => {
        const { text, token } = this.#brought ?? {};
        return text !== undefined && token?.scope.includes(UNION_ID) ? this.#people.unionId(text) : undefined;
      },
    };
  }

  async #counterparts(from: string, to: string, names: ReadonlySet<string>): Promise<Counterparts> {
    return names.size === 0 ? new Map() : this.#people.counterparts(this.#app, from, to, names);
  }
}

function inOneWay<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    throw error instanceof AmbiguousPath ? badRequest("The path can be read in more than one way.") : error;
  }
}

function stranger(as: string): Refused {
  const because = `the caller has neither opened nor linked ${as}`;
  return new Refused("access_denied", "This back end does not know the person yet.", { because });
}
