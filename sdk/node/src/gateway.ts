import type { App } from "./configuration/app.js";
import type { Configuration } from "./configuration/file.js";
import { read, type Read } from "./configuration/read.js";
import { credential } from "./credential.js";
import { swapAnswer, swapRequest, type Asked, type Swapped } from "./exchange.js";
import { PorticoPeople, type People, type Token } from "./people.js";
import { Refused } from "./refused.js";
import { hasDots, routeOf, type Route } from "./route.js";
import type { Caller, Counterparts } from "./swap/decide.js";
import { values, type Answer, type Request } from "./swap/message.js";
import { badAnswer, badRequest } from "./swap/wrong.js";

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
   * Lets a request in, by its head: the route that takes it, and who calls.
   *
   * Refuses with 404 where no route fits; 400 for a target that leads elsewhere for some, and for two tokens; 401
   * without a good token of the route's app; 403 without the scopes that the route requires; 503 where Portico
   * cannot be asked.
   */
  async admit(request: Omit<Request, "body">): Promise<Admitted> {
    const { routes, apps } = this.#read;
    const { target, headers } = request;
    if (!target.startsWith("/") || target.includes("#")) throw badRequest("the target is not a path");
    const [host, ...more] = values(headers, "host");
    if (host === undefined || more.length > 0) throw badRequest("there must be one Host");
    if (routes.some(({ path }) => path !== undefined) && hasDots(target)) {
      throw badRequest("the path can be read in more than one way");
    }
    const route = routeOf(routes, host, target);
    const app = route && apps.get(route.app);
    if (!route || !app) throw new Refused("not_found", "There is nothing here.");
    const text = credential(route, app.origins, request);
    if (text === undefined) return new Admitted(route, app, this.#people, undefined);
    const token = await this.#people.introspect(app, text);
    if (!token) throw new Refused("invalid_token", "The token is not good, or not for this app.");
    const missing = route.require.filter((scope) => !token.scope.includes(scope));
    if (missing.length > 0) {
      throw new Refused("insufficient_scope", "The person does not let this app do that.", { missing });
    }
    return new Admitted(route, app, this.#people, { text, token });
  }
}

/** A request that was let in, and its answer. */
export class Admitted {
  readonly #app: App;
  readonly #people: People;
  readonly #brought: { readonly text: string; readonly token: Token } | undefined;
  #caller: Caller | undefined;

  constructor(
    readonly route: Route,
    app: App,
    people: People,
    brought: { readonly text: string; readonly token: Token } | undefined,
  ) {
    this.#app = app;
    this.#people = people;
    this.#brought = brought;
  }

  /**
   * The request as the back end is to have it.
   *
   * Refuses with 403 a caller whom the back end's app does not know, and what {@link swapRequest} refuses.
   */
  async request(request: Request): Promise<Swapped> {
    const { app, as } = this.route;
    const own = this.#brought?.token.sub;
    return swapRequest(this.route, request, own, {
      ...this.#asked(app, as),
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

function stranger(as: string): Refused {
  const because = `the caller has neither opened nor linked ${as}`;
  return new Refused("access_denied", "This back end does not know the person yet.", { because });
}
