import { parseMiniProgramMessage } from "../shared/from-mini-program.js";
import { union, without } from "../shared/scope.js";
import { BRIDGE_VERSION } from "../shared/shape.js";
import { PorticoError, SessionExpired } from "../shared/errors.js";
import { exchange, type Exchanged } from "./exchange.js";
import { renewalOf } from "./renewal.js";
import { decided } from "./consent.js";
import type { ConsentChangedMessage, EndReason, MiniProgramMessage, Theme } from "../shared/messages.js";
import type { Context } from "./context.js";
import type { PendingLaunch } from "./options.js";
import type { Documents, Say } from "./documents.js";

/** A launch whose every field is decided. */
export type Launch = PendingLaunch & Required<Pick<PendingLaunch, "locale" | "path">> & { theme: Theme };

/** A mini-program that is open in this host. Made by {@link PorticoHost.launch}. */
export interface MiniProgram {
  /** Its id, as registered. */
  readonly appId: string;
  /** The only origin that it is spoken to at. */
  readonly origin: string;
  /** The frame that it runs in; `undefined` in a WebView. */
  readonly iframe: HTMLIFrameElement | undefined;
  /** What it may see, as far as this host knows; empty when the session is over. */
  readonly scope: string;
  /**
   * Whether a document in its place has connected, and has not gone since, as far as the browser tells: one that connected
   * after it had loaded counts until two more have loaded, or one has connected. What it is told goes nowhere.
   */
  readonly connected: boolean;
  /** Stops speaking with it, and removes the iframe if `launch` made it. */
  close(): void;
  /** @internal */
  end(reason: EndReason): void;
  /** @internal */
  consentChanged(change: Pick<ConsentChangedMessage, "scope" | "removed">): void;
  /** @internal */
  setTheme(theme: Theme): void;
}

/** Opens what `launch` says with its first `token`, in a place that `open` opens. */
export function openMiniProgram(
  host: Context,
  launch: Launch,
  origin: string,
  token: Exchanged | null,
  iframe: HTMLIFrameElement | undefined,
  open: (documents: Documents) => () => void,
): MiniProgram {
  const { env, events } = host;
  const { appId } = launch;
  let scope = "";
  let ended: EndReason | undefined;
  /** To the document that is there now; `null` where none has said `ready`. */
  let current: Say | null = null;
  /** The document that has had its launch. */
  let launched: Say | undefined;

  const take = (next: Exchanged): Exchanged => {
    renewal.at(next.renewAt);
    scope = next.scope;
    return (token = next);
  };

  /** Asks for a token; once more where another came meanwhile, for either may be the one with less in it. */
  const renew = async (): Promise<Exchanged> => {
    const before = token;
    const next = await exchange(host, launch, "none");
    if (!token) throw new SessionExpired();
    return before === token ? take(next) : renew();
  };

  const renewal = renewalOf(env, renew, async () => {
    if (!current) return;
    await renewal.run();
    tell();
  });

  /** What was exchanged, under its name, and the seconds that it has left. */
  const fresh = ({ value, expiresAt }: Exchanged, name = "token") =>
    ({ [name]: value, expiresIn: Math.min(1800, Math.ceil((expiresAt - env.now()) / 1000)) }) as {
      token: string;
      code: string;
      expiresIn: number;
    };

  /** Tells a document of the token that there is; with an `id`, it had asked for more. */
  const tell = (say = current, id?: { id: string }): void => {
    // What one got that is gone is news to the next.
    if (say !== current) return id && tell();
    if (!say || !token || token.expiresAt <= env.now()) return;
    if (say === launched && !id) return say("token_renewed", fresh(token));
    launched = say;
    const { theme, locale, path } = launch;
    say("launch", { ...id, ...fresh(token), miniProgramId: appId, scope, theme, locale, path });
    events.emit("launched", { appId, scope });
  };

  const answer = async (message: MiniProgramMessage, say: Say): Promise<void> => {
    if (ended) return say("session_expired", { reason: ended });
    if (message.type === "ready") {
      tell(say);
      if (token!.renewAt <= env.now()) renewal.now();
      return;
    }
    const { id } = message;
    if (message.type === "renew") say("token_renewed", { ...fresh(await renewal.run()), id });
    else if (message.type === "login") {
      const { purpose } = message;
      const code = await exchange(host, launch, "none", purpose ?? "login");
      say("login_code", { ...fresh(code, "code"), id, purpose: purpose! });
    } else {
      const more = message.scope;
      if (without(more, scope)) {
        const wider = () => ({ ...launch, scope: launch.scope && union(launch.scope, more) });
        await exchange(host, { ...launch, scope: more }, "consent").catch((error: unknown) =>
          decided(host, error, wider()),
        );
        // Much may have changed while the person was thinking.
        launch = wider();
        await renew();
      }
      tell(say, { id });
    }
  };

  const stop = (): void => {
    renewal.cancel();
    token = null;
    scope = "";
  };

  const miniProgram: MiniProgram = {
    appId,
    origin,
    iframe,
    get scope() {
      return scope;
    },
    get connected() {
      return !!current;
    },
    close() {
      stop();
      current = null;
      close();
      host.open.delete(miniProgram);
    },
    end(reason) {
      stop();
      ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
      current?.("session_expired", { reason: ended });
    },
    consentChanged(change) {
      scope = without(scope, change.removed);
      current?.("consent_changed", change);
    },
    setTheme(theme) {
      launch.theme = theme;
      current?.("theme_changed", { theme });
    },
  };

  take(token!);
  host.open.add(miniProgram);
  const close = open({
    hear(data, post) {
      const message = parseMiniProgramMessage(data);
      const ready = message?.type === "ready";
      if (ready) {
        const say: Say = (type, fields) => {
          try {
            if (say === current) post({ portico: BRIDGE_VERSION, type, ...fields });
          } catch {
            // A place that cannot be spoken to keeps no other from hearing.
          }
        };
        current = say;
      }
      const say = current;
      if (message && say)
        answer(message, say).catch((error: unknown) => {
          // What the host's own code throws is nobody else's business.
          const code = error instanceof PorticoError ? error.code : "server_error";
          if ("id" in message && !ended) say("error", { id: message.id, error: code });
        });
      return ready;
    },
    gone: () => (current = null),
  });
  return miniProgram;
}
