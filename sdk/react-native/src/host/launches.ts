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
import { MiniProgram, type Launcher } from "./mini-program";
import type { HostEvents, HostOptions, Launch, LaunchOptions } from "./options";

/** Where {@link Launches} sends the person, and how they come back. */
export type Visit = (url: string) => Promise<string>;

/** The mini-programs of one host: opening them, and asking the person where that is due. */
export class Launches implements Launcher {
  theme: Theme;
  locale: string;
  readonly #env: Environment;
  readonly #issuer: Issuer;
  readonly #exchange: Exchange;
  readonly #events: Emitter<HostEvents>;
  readonly #visit: Visit;
  readonly #redirectUri: string;
  readonly #onConsentRequired: ((request: ConsentRequest) => Promise<void>) | undefined;
  readonly #open = new Set<MiniProgram>();

  constructor(
    env: Environment,
    issuer: Issuer,
    exchange: Exchange,
    events: Emitter<HostEvents>,
    visit: Visit,
    options: HostOptions,
  ) {
    this.theme = options.theme ?? "light";
    this.locale = options.locale ?? "en";
    this.#env = env;
    this.#issuer = issuer;
    this.#exchange = exchange;
    this.#events = events;
    this.#visit = visit;
    this.#redirectUri = options.redirectUri;
    this.#onConsentRequired = options.onConsentRequired;
  }

  get open(): readonly MiniProgram[] {
    return [...this.#open];
  }

  /** Opens a mini-program, asking the person first where that is due. */
  async launch(appId: string, options: LaunchOptions): Promise<MiniProgram> {
    const launch = this.#complete(appId, options);
    this.#checkOrigins(launch);
    try {
      return this.#opened(launch, await this.#first(launch, options.askAgain));
    } catch (error) {
      if (!(error instanceof ConsentRequired)) throw error;
      await this.#decide(error, launch);
    }
    return this.#opened(launch, await this.#first(launch));
  }

  exchange(appId: string, wish: Wish): Promise<Exchanged> {
    return this.#exchange.run(appId, wish);
  }

  async ask(launch: Launch, scope: string): Promise<Exchanged> {
    this.#events.emit("permission_requested", { appId: launch.appId, scope });
    try {
      await this.#exchange.run(launch.appId, { scope: union("openid", scope), prompt: "consent" });
    } catch (error) {
      if (!(error instanceof ConsentRequired)) throw error;
      await this.#decide(error, launch);
    }
    return this.#exchange.run(launch.appId, { scope: launch.scope, prompt: "none" });
  }

  launched(miniProgram: MiniProgram): void {
    this.#events.emit("launched", { appId: miniProgram.appId, scope: miniProgram.scope });
  }

  closed(miniProgram: MiniProgram): void {
    this.#open.delete(miniProgram);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    for (const miniProgram of this.#open) miniProgram.themeChanged(theme);
  }

  /** Tells every mini-program that the session is over. */
  end(reason: EndReason): void {
    for (const miniProgram of this.#open) miniProgram.end(reason);
  }

  /** Tells the mini-program concerned. */
  consentChanged(change: HostEvents["consent_changed"]): void {
    for (const miniProgram of this.#open) {
      if (miniProgram.appId === change.appId) miniProgram.consentChanged(change.scope, change.removed);
    }
  }

  #first(launch: Launch, askAgain = false): Promise<Exchanged> {
    const { scope, theme, locale } = launch;
    return this.#exchange.run(launch.appId, { scope, theme, locale, ...(askAgain && { prompt: "consent" }) });
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

  #opened(launch: Launch, token: Exchanged): MiniProgram {
    this.#checkOrigins(launch);
    const miniProgram = new MiniProgram(this.#env, this, launch, token);
    this.#open.add(miniProgram);
    return miniProgram;
  }

  /** Pages of one origin can read each other's storage, so two mini-programs never share one. */
  #checkOrigins({ appId, origins }: Launch): void {
    const isTaken = this.open.some(
      (other) => other.appId !== appId && other.origins.some((origin) => origins.includes(origin)),
    );
    if (isTaken || origins.includes(originOf(this.#issuer.url) ?? ""))
      throw new PorticoError("invalid_origin", `${appId} needs origins of its own`);
  }

  /** Resolves once the person has decided. */
  async #decide(required: ConsentRequired, { appId, theme, locale }: Launch): Promise<void> {
    const request = consentRequest(required, this.#issuer, { returnTo: this.#redirectUri, theme, locale });
    if (this.#onConsentRequired !== undefined) return this.#onConsentRequired(request);
    if (query(await this.#visit(request.url)).get("consent") !== "done") throw new ConsentExpired(appId);
  }
}
