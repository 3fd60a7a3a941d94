import { open } from "../mini-program/connect.js";
import type { Connection } from "../mini-program/connection.js";
import type { ConnectOptions } from "../mini-program/options.js";
import { Emitter, type Unsubscribe } from "../shared/emitter.js";
import { browser } from "../shared/environment.js";
import { PorticoError, SessionExpired } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import type { EndReason } from "../shared/messages.js";
import { covers, without } from "../shared/scope.js";
import { SCOPE } from "../shared/shape.js";
import { Asked } from "./asked.js";
import { call, type Call } from "./call.js";
import { LoggedIn } from "./logged-in.js";
import { authSetting, scopeOf, type WxScope } from "./settings.js";
import { userData, type Encrypted, type SignedData } from "./user-data.js";

/** A person as WeChat describes them. */
export interface UserInfo {
  readonly nickName: string;
  readonly avatarUrl: string;
  /** Always 0, unknown. */
  readonly gender: 0;
  readonly language: string;
  readonly city: string;
  readonly province: string;
  readonly country: string;
}

/** What a person allows. */
export type Settings = { readonly authSetting: Readonly<Record<string, boolean>> };

/** What a page written for WeChat finds as `wx`, as far as it is about who somebody is. */
export interface Wx {
  /** The connection beneath it, once the host has launched this page, or said that its session is over. */
  readonly portico: Promise<Connection>;
  /** A code for the back end, to redeem at `sns/jscode2session`: once, within five minutes. */
  readonly login: Call<object, { readonly code: string }>;
  /** Whether the log-in of before still holds: same session, and somebody logged in in it from here. */
  readonly checkSession: Call<object, object>;
  /**
   * Name and picture, asking the person where they have not been; plain, signed, and encrypted for the back end, which has
   * redeemed a code before: signing takes its `session_key`.
   */
  readonly getUserProfile: Call<
    { readonly desc?: string; readonly lang?: string },
    SignedData & { readonly userInfo: UserInfo }
  >;
  /**
   * A code for `wxa/business/getuserphonenumber`, asking the person where they have not been; where the back end has a
   * `session_key`, also the older form.
   */
  readonly getPhoneNumber: Call<object, { readonly code: string } & Partial<Encrypted>>;
  /** Asks the person for a permission: WeChat's name of it, or Portico's. */
  readonly authorize: Call<{ readonly scope: WxScope }, object>;
  /**
   * What is granted, and what was asked for and refused; remembered over the consent page that takes this one away where
   * the browser lets this frame store something.
   */
  readonly getSetting: Call<object, Settings>;
  /** Asks the person again for what they refused; they take back what they granted in the super app. */
  readonly openSetting: Call<object, Settings>;
  /** The session is over: every call fails from now on, until the host launches again. */
  onSessionExpired(listener: (event: { readonly reason: EndReason }) => void): void;
  offSessionExpired(listener?: (event: { readonly reason: EndReason }) => void): void;
}

/**
 * Connects this page to the super app around it, and gives the `wx` that it expects. Calls wait for the launch, and
 * fail as `connect` does when there is none; where the session is over, they fail until the next launch.
 */
export function connectWx(options: ConnectOptions): Wx {
  const env = { ...browser, ...options.environment };
  const here = options.window ?? window;
  const loggedIn = new LoggedIn(here);
  const asked = new Asked(here);
  const ends = new Emitter<{ end: { readonly reason: EndReason } }>();
  const listening = new Map<(event: { readonly reason: EndReason }) => void, Unsubscribe>();
  const portico = open(options, (connection) => {
    connection.onLaunch(() => asked.launched(connection.person, connection.scope));
    connection.onSessionExpired((reason) => ends.emit("end", { reason }));
  });
  portico.catch(() => {}); // every call says so

  /** The call `name`, which fails when the session ends meanwhile, whoever is here then. */
  const inSession = <Options extends object, Result extends object>(
    name: string,
    work: (connection: Connection, options: Options) => Promise<Result>,
  ): Call<Options, Result> =>
    call(name, async (options: Options) => {
      const connection = await portico;
      return connection.sameSession(() => work(connection, options));
    });

  const sid = async (connection: Connection) => unverifiedClaims(await connection.token())["sid"] ?? "";
  const settings = (connection: Connection) => ({ authSetting: authSetting(connection.scope, asked.scope) });

  /** Asks the person, which is noted before: the host may take this page away for it. */
  const ask = async (connection: Connection, scope: string): Promise<boolean> => {
    // Without a session, or for what is no scope, nobody is asked.
    const noted = !connection.expired && typeof scope === "string" && SCOPE.test(scope) ? scope : "";
    asked.add(noted);
    asked.save(connection.scope);
    try {
      return await connection.requestPermission(scope);
    } catch (error) {
      // What nobody knows is not asked for again.
      if ((error as PorticoError).code === "invalid_scope") asked.remove(noted);
      throw error;
    } finally {
      asked.save(connection.scope);
    }
  };

  /** Asks the person, unless they have granted it. */
  const permit = async (connection: Connection, scope: string): Promise<void> => {
    if (scope && covers(connection.scope, scope)) asked.add(scope);
    else if (!(await ask(connection, scope))) throw new PorticoError("access_denied", "auth deny");
  };

  return {
    portico,
    login: inSession("login", async (connection) => {
      const session = await sid(connection);
      const code = await connection.login();
      loggedIn.in(session);
      return { code };
    }),
    checkSession: inSession("checkSession", async (connection) => {
      if (!loggedIn.is(await sid(connection))) throw new SessionExpired("expired");
      return {};
    }),
    getUserProfile: inSession("getUserProfile", async (connection) => {
      await permit(connection, "profile.basic");
      const data = await userData(env, await connection.token(), "profile");
      return { ...data, userInfo: JSON.parse(data.rawData) as UserInfo };
    }),
    getPhoneNumber: inSession("getPhoneNumber", async (connection) => {
      await permit(connection, "phone.verified");
      const code = await connection.phoneCode();
      const older = userData(env, await connection.token(), "phone").catch((error: unknown) => {
        if ((error as PorticoError).code !== "conflict") throw error;
        return {}; // nobody has logged in yet, so there is no key
      });
      return { code, ...(await older) };
    }),
    authorize: inSession("authorize", async (connection, { scope }: { readonly scope: WxScope }) => {
      await permit(connection, scopeOf(scope));
      return {};
    }),
    getSetting: inSession("getSetting", async (connection) => {
      await connection.token();
      return settings(connection);
    }),
    openSetting: inSession("openSetting", async (connection) => {
      await connection.token();
      const missing = without(asked.scope, connection.scope);
      if (missing) await ask(connection, missing);
      return settings(connection);
    }),
    onSessionExpired(listener) {
      if (!listening.has(listener)) listening.set(listener, ends.on("end", listener));
    },
    offSessionExpired(listener) {
      for (const each of listener ? [listener] : [...listening.keys()]) {
        listening.get(each)?.();
        listening.delete(each);
      }
    },
  };
}
