import { ConsentExpired, ConsentRequired, PorticoError } from "../errors";
import type { Environment } from "../net/environment";
import { query } from "../net/form";
import type { Issuer } from "../net/issuer";
import { exactOrigin, originOf } from "../net/origin";
import type { Emitter } from "./emitter";
import { BRIDGE_VERSION, parseHostMessage, type EndReason, type Theme } from "../messages/messages";
import { union } from "./scope";
import { consentRequest, type ConsentRequest } from "./consent";
import type { Exchange, Exchanged, Wish } from "./exchange";
import type { Launcher } from "./launcher";
import { MiniProgram } from "./mini-program";
import type { HostEvents, HostOptions, HostSession, Launch, LaunchOptions } from "./options";
import type { Tokens } from "./tokens";

/** Where {@link Launches} sends the person, and how they come back, unless `signal` says that they need not. */
export type Visit = (url: string, signal: AbortSignal) => Promise<string>;

/** The mini-programs of one host: opening them, and asking the person where that is due. */
export class Launches implements Launcher {
  theme: Theme;
  locale: string;
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #tokens: Tokens;
  readonly #exchange: Exchange;
  readonly #events: Emitter<HostEvents>;
  readonly #visit: Visit;
  readonly #redirectUri: string;
  readonly #onConsentRequired: ((request: ConsentRequest) => Promise<void>) | undefined;
  readonly #open = new Set<MiniProgram>();
  /** The questions that nobody has answered yet. */
  readonly #asking = new Set<AbortController>();

  constructor(
    env: Environment,
    issuer: Issuer,
    tokens: Tokens,
    exchange: Exchange,
    events: Emitter<HostEvents>,
    visit: Visit,
    options: HostOptions,
  ) {
    this.theme = options.theme ?? "light";
    this.locale = options.locale ?? "en";
    this.#env = env;
    this.#issuer = issuer;
    this.#tokens = tokens;
    this.#exchange = exchange;
    this.#events = events;
    this.#visit = visit;
    this.#redirectUri = options.redirectUri;
    this.#onConsentRequired = options.onConsentRequired;
  }

  get open(): readonly MiniProgram[] {
    return [...this.#open];
  }

  /** Opens a mini-program for who is here now, and for nobody else, asking them first where that is due. */
  async launch(appId: string, options: LaunchOptions): Promise<MiniProgram> {
    const launch = this.#complete(appId, options);
    this.#checkOrigins(launch);
    const session = this.here();
    const token = await this.#first(session, launch, options.askAgain).catch(async (error: unknown) => {
      if (!(error instanceof ConsentRequired)) throw error;
      await this.#decide(session, error, launch);
      return this.#first(session, launch);
    });
    // It may have ended since the answer came: whoever is open when it ends is told, and nobody is opened after.
    this.check(session);
    this.#checkOrigins(launch);
    // The host's may have changed while the person was asked.
    const miniProgram = new MiniProgram(
      this.#env,
      this,
      { ...launch, theme: options.theme ?? this.theme },
      session,
      token,
    );
    this.#open.add(miniProgram);
    return miniProgram;
  }

  here(): HostSession {
    return this.#tokens.here();
  }

  check(session: HostSession): void {
    this.#tokens.check(session);
  }

  exchange(session: HostSession, appId: string, wish: Wish): Promise<Exchanged> {
    return this.#exchange.run(session, appId, wish);
  }

  async ask(session: HostSession, launch: Launch, scope: string): Promise<void> {
    this.#events.emit("permission_requested", { appId: launch.appId, scope });
    try {
      await this.#exchange.run(session, launch.appId, { scope: union("openid", scope), prompt: "consent" });
    } catch (error) {
      if (!(error instanceof ConsentRequired)) throw error;
      await this.#decide(session, error, launch);
    }
    this.check(session);
  }

  launched(miniProgram: MiniProgram): void {
    this.#events.emit("launched", { appId: miniProgram.appId, scope: miniProgram.scope });
  }

  closed(miniProgram: MiniProgram): void {
    this.#open.delete(miniProgram);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    for (const miniProgram of this.open) miniProgram.themeChanged(theme);
  }

  /** Whoever is being asked does not have to answer any more. */
  stopAsking(): void {
    for (const question of this.#asking) question.abort();
  }

  /** Tells every mini-program that the session is over. */
  end(reason: EndReason): void {
    this.stopAsking();
    for (const miniProgram of this.open) miniProgram.end(reason);
  }

  /** Tells the mini-program concerned. */
  consentChanged(change: HostEvents["consent_changed"]): void {
    for (const miniProgram of this.open) {
      if (miniProgram.appId === change.appId) miniProgram.consentChanged(change.scope, change.removed);
    }
  }

  #first(session: HostSession, launch: Launch, askAgain = false): Promise<Exchanged> {
    const { scope, theme, locale } = launch;
    return this.#exchange.run(session, launch.appId, { scope, theme, locale, ...(askAgain && { prompt: "consent" }) });
  }

  #complete(appId: string, options: LaunchOptions): Launch {
    const { theme = this.theme, locale = this.locale, path = "" } = options;
    const origins = (options.origins ?? [options.entry]).map(exactOrigin);
    if (!origins.includes(exactOrigin(options.entry)))
      throw new PorticoError("invalid_origin", `the entry of ${appId} is at none of its origins`);
    const probe = { portico: BRIDGE_VERSION, type: "launch", miniProgramId: appId, token: "a.b.c", scope: "openid" };
    if (parseHostMessage({ ...probe, expiresIn: 1, theme, locale, path }) === null)
      throw new PorticoError("invalid_launch", "appId, theme, locale or path is not well-formed");
    return { appId, entry: options.entry, origins, scope: options.scope, theme, locale, path };
  }

  /** Pages of one origin can read each other's storage, so two mini-programs never share one. */
  #checkOrigins({ appId, origins }: Launch): void {
    const isTaken = this.open.some(
      (other) => other.appId !== appId && other.origins.some((origin) => origins.includes(origin)),
    );
    if (isTaken || origins.includes(originOf(this.#issuer.url) ?? ""))
      throw new PorticoError("invalid_origin", `${appId} needs origins of its own`);
  }

  /** Resolves once the person has decided. @throws {@link SessionExpired} as soon as `session` has ended. */
  async #decide(session: HostSession, required: ConsentRequired, { theme, locale }: Launch): Promise<void> {
    this.check(session);
    const question = new AbortController();
    const { signal } = question;
    const page = { returnTo: this.#redirectUri, theme, locale };
    const request = consentRequest(required, this.#issuer, page, signal);
    const over = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    this.#asking.add(question);
    try {
      await Promise.race([this.#answered(request), over]);
    } finally {
      this.#asking.delete(question);
      this.check(session);
    }
  }

  async #answered(request: ConsentRequest): Promise<void> {
    if (this.#onConsentRequired !== undefined) return this.#onConsentRequired(request);
    const back = await this.#visit(request.url, request.signal);
    if (query(back).get("consent") !== "done") throw new ConsentExpired(request.appId);
  }
}
