import { Emitter, type Unsubscribe } from "../shared/emitter.js";
import type { Environment } from "../shared/environment.js";
import { PorticoError, SessionExpired } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import type { CodePurpose, EndReason, HostMessage, LaunchMessage, Theme } from "../shared/messages.js";
import { covers, without } from "../shared/scope.js";
import { SCOPE } from "../shared/shape.js";
import { singleFlight } from "../shared/single-flight.js";
import { Channel, unexpected } from "./channel.js";
import { Kept } from "./kept.js";
import type { ConnectOptions, MiniProgramEvents, Profile } from "./options.js";
import { UserInfo } from "./userinfo.js";

/**
 * A mini-program's connection to its host, as {@link connect} gives it. Once the session is over, every call
 * rejects with {@link SessionExpired}, until the host launches again.
 */
export class Connection {
  readonly #env: Environment;
  readonly #channel: Channel;
  readonly #kept: Kept;
  readonly #userInfo: UserInfo;
  readonly #events = new Emitter<MiniProgramEvents>();
  #renewal = singleFlight(() => this.#renew());
  #launch: LaunchMessage | null = null;
  #token: { readonly value: string; readonly renewAt: number; readonly expiresAt: number } | null = null;
  #scope = "";
  #theme: Theme = "light";
  #ended: EndReason = "expired";
  /** How many have ended. */
  #sessions = 0;

  /** @internal */
  constructor(env: Environment, window: Window, options: ConnectOptions) {
    this.#env = env;
    this.#kept = new Kept(window, options.storages ?? []);
    this.#userInfo = new UserInfo(env);
    this.#channel = new Channel(env, window, options.hostOrigins, (message) => this.#hear(message));
  }

  /** This mini-program's id, as the host knows it. */
  get miniProgramId(): string {
    return this.#launch?.miniProgramId ?? "";
  }

  /** What the token opens: scopes separated by one space; empty once the session is over. */
  get scope(): string {
    return this.#scope;
  }

  /** The host's theme. */
  get theme(): Theme {
    return this.#theme;
  }

  /** The person's language, a BCP 47 tag. */
  get locale(): string {
    return this.#launch?.locale ?? "";
  }

  /** Where to begin, relative to the entry; empty for the start page. */
  get path(): string {
    return this.#launch?.path ?? "";
  }

  /** Whether the session is over, and every call would reject. */
  get expired(): boolean {
    return this.#token === null;
  }

  /**
   * A launch token that lives long enough to be sent to this mini-program's back end; renewed through the host
   * when it is about to expire.
   *
   * @throws {@link SessionExpired}; {@link NoHost} or another {@link PorticoError} when it could not be renewed.
   */
  async token(): Promise<string> {
    const token = this.#live();
    if (this.#env.now() < token.renewAt) return token.value;
    try {
      return await this.#renewal();
    } catch (error) {
      if (this.#token === token && this.#env.now() < token.expiresAt) return token.value;
      throw error;
    }
  }

  /**
   * A login code: the back end redeems it with its own credentials, once, within five minutes.
   *
   * @throws {@link SessionExpired}, {@link NoHost}, {@link PorticoError}.
   */
  login(): Promise<string> {
    return this.#code();
  }

  /**
   * A code for the person's phone number: the back end redeems it with its own credentials, once, within five minutes
   * (`getuserphonenumber` of the WeChat-compatible face). Needs `phone.verified`.
   *
   * @throws {@link SessionExpired}, {@link NoHost}, {@link PorticoError}.
   */
  phoneCode(): Promise<string> {
    return this.#code("phone");
  }

  /**
   * Has the host ask the person for more. The host may take the whole page away for it and launch anew.
   *
   * @param scope one scope of the manifest, or several, separated by a space.
   * @returns whether all of it is granted now.
   * @throws {@link SessionExpired}, {@link NoHost}, {@link PorticoError}; `invalid_scope` also where it is no such list.
   */
  async requestPermission(scope: string): Promise<boolean> {
    this.#live();
    // No host would answer.
    if (typeof scope !== "string" || !SCOPE.test(scope)) throw new PorticoError("invalid_scope");
    try {
      await this.#channel.ask("request_permission", { scope });
    } catch (error) {
      if (error instanceof PorticoError && error.code === "access_denied") return false;
      throw error;
    }
    this.#live();
    return covers(this.#scope, scope);
  }

  /**
   * The person's profile, as far as the scopes that hold now open it. Asked anew every time.
   *
   * @throws {@link SessionExpired}, {@link Unreachable}, {@link PorticoError}.
   */
  profile(): Promise<Profile> {
    return this.sameSession(async () => this.#userInfo.read(await this.token(), () => this.#renewal()));
  }

  /** Launched again: after the session was over, for somebody else, or by the host's own wish. */
  onLaunch(listener: () => void): Unsubscribe {
    return this.#events.on("launch", listener);
  }

  /** Somebody else is here now: forget what was kept about the person before. Comes before `onLaunch`. */
  onPersonChanged(listener: () => void): Unsubscribe {
    return this.#events.on("person_changed", listener);
  }

  /** The person changed what this mini-program may see. */
  onConsentChanged(listener: (change: MiniProgramEvents["consent_changed"]) => void): Unsubscribe {
    return this.#events.on("consent_changed", listener);
  }

  /** The host looks different now. */
  onThemeChanged(listener: (theme: Theme) => void): Unsubscribe {
    return this.#events.on("theme_changed", listener);
  }

  /** The session is over: stop, and show so. */
  onSessionExpired(listener: (reason: EndReason) => void): Unsubscribe {
    return this.#events.on("session_expired", listener);
  }

  /** Stops listening to the host. */
  close(): void {
    this.#channel.close();
    this.#end("expired");
  }

  /** @internal What `work` comes to in the session that it began in: what is one person's is never the next one's. */
  async sameSession<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const session = this.#sessions;
    try {
      return await work();
    } finally {
      if (this.#sessions !== session) throw new SessionExpired(this.#ended);
    }
  }

  /** @internal Whom the token names to this mini-program; empty once the session is over. */
  get person(): string {
    return unverifiedClaims(this.#token?.value ?? "")["sub"] ?? "";
  }

  /** @internal */
  ready(): void {
    this.#channel.ready();
  }

  async #code(purpose?: CodePurpose): Promise<string> {
    this.#live();
    const reply = await this.#channel.ask("login", { ...(purpose && { purpose }) });
    if (reply.type !== "login_code" || reply.purpose !== purpose) throw unexpected(reply);
    return reply.code;
  }

  #live() {
    if (this.#token === null) throw new SessionExpired(this.#ended);
    return this.#token;
  }

  async #renew(): Promise<string> {
    this.#live();
    const reply = await this.#channel.ask("renew", {});
    if (reply.type !== "token_renewed") throw unexpected(reply);
    return reply.token;
  }

  #hear(message: HostMessage): void {
    switch (message.type) {
      case "launch":
        return this.#launched(message);
      case "token_renewed":
        if (this.#token !== null) this.#take(message.token, message.expiresIn);
        return;
      case "consent_changed":
        this.#scope = without(this.#scope, message.removed);
        return this.#events.emit("consent_changed", { scope: message.scope, removed: message.removed });
      case "theme_changed":
        this.#theme = message.theme;
        return this.#events.emit("theme_changed", message.theme);
      case "session_expired":
        this.#end(message.reason);
        this.#events.emit("session_expired", message.reason);
    }
  }

  #launched(message: LaunchMessage): void {
    const changed = this.#kept.belongsTo(unverifiedClaims(message.token)["sub"] ?? "");
    // An answer in a session that goes on begins nothing.
    const begins = changed || this.#token === null || message.id === undefined;
    if (changed) this.#end("signed_out");
    this.#launch = message;
    this.#theme = message.theme;
    this.#take(message.token, message.expiresIn);
    this.#scope = message.scope;
    if (changed) this.#events.emit("person_changed", undefined);
    if (begins) this.#events.emit("launch", undefined);
  }

  #take(value: string, expiresIn: number): void {
    const expiresAt = this.#env.now() + expiresIn * 1000;
    this.#token = { value, expiresAt, renewAt: expiresAt - Math.min(30_000, expiresIn * 100) };
    this.#scope = unverifiedClaims(value)["scope"] || this.#scope;
  }

  #end(reason: EndReason): void {
    this.#ended = reason;
    this.#sessions += 1;
    this.#token = null;
    this.#launch = null;
    this.#scope = "";
    this.#renewal = singleFlight(() => this.#renew());
    this.#channel.failAll(new SessionExpired(reason));
  }
}
