import type { Exchanged, Wish } from "./exchange";
import type { MiniProgram } from "./mini-program";
import type { HostSession, Launch } from "./options";

/** What a mini-program needs of its host. */
export interface Launcher {
  /** The session that a launch begins in now. @throws {@link NotSignedIn}. */
  here(): HostSession;
  /** @throws {@link SessionExpired} unless `session` is the one that is here. */
  check(session: HostSession): void;
  /** @throws {@link SessionExpired} unless `session` is the one that is here, before and after. */
  exchange(session: HostSession, appId: string, wish: Wish): Promise<Exchanged>;
  /** Asks the person for `scope`; resolves once they have decided. @throws as `exchange`. */
  ask(session: HostSession, launch: Launch, scope: string): Promise<void>;
  launched(miniProgram: MiniProgram): void;
  closed(miniProgram: MiniProgram): void;
}
