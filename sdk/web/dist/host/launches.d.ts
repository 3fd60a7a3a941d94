import type { Emitter } from "../shared/emitter.js";
import type { Environment } from "../shared/environment.js";
import { type EndReason, type Theme } from "../shared/messages.js";
import type { Exchange, Exchanged, Wish } from "./exchange.js";
import { MiniProgram, type Launcher } from "./mini-program.js";
import type { HostEvents, HostOptions, PendingLaunch, Place } from "./options.js";
import { Slot, type TokenStorage } from "./storage.js";
/** The mini-programs of one host: opening them, and asking the person where that is due. */
export declare class Launches implements Launcher {
    #private;
    /** The launch that waits while the person is at the consent page. */
    readonly pending: Slot<PendingLaunch>;
    locale: string;
    constructor(env: Environment, exchange: Exchange, storage: TokenStorage, events: Emitter<HostEvents>, options: HostOptions & Required<Pick<HostOptions, "navigate">>);
    get open(): readonly MiniProgram[];
    /** Opens a mini-program, asking the person first where that is due. */
    launch(pending: PendingLaunch, place: Place, askAgain?: boolean): Promise<MiniProgram>;
    /** Opens a mini-program whose consent has been decided; does not ask again. */
    resume(pending: PendingLaunch, place: Place): Promise<MiniProgram>;
    exchange(appId: string, wish: Wish): Promise<Exchanged>;
    ask(launch: PendingLaunch, scope: string): Promise<Exchanged>;
    launched(miniProgram: MiniProgram): void;
    closed(miniProgram: MiniProgram): void;
    setTheme(theme: Theme): void;
    /** Tells every mini-program that the session is over. */
    end(reason: EndReason): void;
    /** Tells the mini-program concerned. */
    consentChanged(change: HostEvents["consent_changed"]): void;
}
