import type { Emitter } from "../shared/emitter.js";
import type { Environment } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import { BRIDGE_VERSION, parseHostMessage, type EndReason, type Theme } from "../shared/messages.js";
import { exactOrigin } from "../shared/origin.js";
import { union } from "../shared/scope.js";
import { consentRequest } from "./consent.js";
import { ConsentRequired } from "./errors.js";
import type { Exchange, Exchanged, Wish } from "./exchange.js";
import { MiniProgram, type Launch, type Launcher } from "./mini-program.js";
import type { HostEvents, HostOptions, PendingLaunch, Place } from "./options.js";
import { Slot, type TokenStorage } from "./storage.js";

/** The mini-programs of one host: opening them, and asking the person where that is due. */
export class Launches implements Launcher {
  /** The launch that waits while the person is at the consent page. */
  readonly pending: Slot<PendingLaunch>;
  locale: string;
  readonly #env: Environment;
  readonly #exchange: Exchange;
  readonly #events: Emitter<HostEvents>;
  readonly #options: HostOptions & Required<Pick<HostOptions, "navigate">>;
  readonly #open = new Set<MiniProgram>();
  #theme: Theme;

  constructor(
    env: Environment,
    exchange: Exchange,
    storage: TokenStorage,
    events: Emitter<HostEvents>,
    options: HostOptions & Required<Pick<HostOptions, "navigate">>,
  ) {
    this.pending = new Slot(storage, `portico.${options.clientId}.launch`);
    this.locale = options.locale ?? navigator.language;
    this.#env = env;
    this.#exchange = exchange;
    this.#events = events;
    this.#options = options;
    this.#theme = options.theme ?? "light";
  }

  get open(): readonly MiniProgram[] {
    return [...this.#open];
  }

  /** Opens a mini-program, asking the person first where that is due. */
  async launch(pending: PendingLaunch, place: Place, askAgain = false): Promise<MiniProgram> {
    this.#checkOrigin(pending);
    const launch = this.#complete(pending);
    try {
      return this.#show(launch, place, await this.#first(launch, askAgain));
    } catch (error) {
      if (!(error instanceof ConsentRequired)) throw error;
      await this.#decide(error, pending);
    }
    return this.#show(launch, place, await this.#first(launch));
  }

  /** Opens a mini-program whose consent has been decided; does not ask again. */
  async resume(pending: PendingLaunch, place: Place): Promise<MiniProgram> {
    this.#checkOrigin(pending);
    const launch = this.#complete(pending);
    return this.#show(launch, place, await this.#first(launch));
  }

  exchange(appId: string, wish: Wish): Promise<Exchanged> {
    return this.#exchange.run(appId, wish);
  }

  async ask(launch: PendingLaunch, scope: string): Promise<Exchanged> {
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
    this.#theme = theme;
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
    return this.#exchange.run(launch.appId, {
      scope: launch.scope,
      ...(askAgain && { prompt: "consent" }),
      theme: launch.theme,
      locale: launch.locale,
    });
  }

  #complete(pending: PendingLaunch): Launch {
    const { theme = this.#theme, locale = this.locale, path = "" } = pending;
    const probe = {
      portico: BRIDGE_VERSION,
      type: "launch",
      miniProgramId: pending.appId,
      token: "a.b.c",
      scope: "openid",
      expiresIn: 1,
    };
    if (parseHostMessage({ ...probe, theme, locale, path }) === null) {
      throw new PorticoError("invalid_launch", "appId, theme, locale or path is not well-formed");
    }
    return { ...pending, theme, locale, path };
  }

  #show(launch: Launch, place: Place, token: Exchanged): MiniProgram {
    for (const other of this.#open) if (other.iframe === place.iframe) other.close();
    this.#checkOrigin(launch);
    const miniProgram = new MiniProgram(this.#env, this, launch, place, token);
    this.#open.add(miniProgram);
    return miniProgram;
  }

  /** Frames of one origin can read each other, so two mini-programs never share one. */
  #checkOrigin(launch: PendingLaunch): void {
    const origin = exactOrigin(launch.entry);
    const taken =
      origin === location.origin ||
      this.open.some((other) => other.origin === origin && other.appId !== launch.appId);
    if (taken) throw new PorticoError("invalid_origin", `${launch.appId} needs an origin of its own`);
  }

  /** Resolves once the person has decided; never, when the page goes away for it. */
  async #decide(required: ConsentRequired, launch: PendingLaunch): Promise<void> {
    const { issuer, redirectUri, navigate, onConsentRequired } = this.#options;
    const { theme, locale } = this.#complete(launch);
    const question = consentRequest(required, { issuer, returnTo: redirectUri, theme, locale });
    await this.pending.write(launch);
    if (onConsentRequired === undefined) {
      navigate(question.url);
      return new Promise(() => {});
    }
    await onConsentRequired(question).finally(() => this.pending.write(null));
  }
}
