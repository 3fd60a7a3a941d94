import type { Connection } from "../mini-program/connection.js";
import type { ConnectOptions } from "../mini-program/options.js";
import type { EndReason } from "../shared/messages.js";
import { type Call } from "./call.js";
import { type WxScope } from "./settings.js";
import { type Encrypted, type SignedData } from "./user-data.js";
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
export type Settings = {
    readonly authSetting: Readonly<Record<string, boolean>>;
};
/** What a page written for WeChat finds as `wx`, as far as it is about who somebody is. */
export interface Wx {
    /** The connection beneath it, once the host has launched this page, or said that its session is over. */
    readonly portico: Promise<Connection>;
    /** A code for the back end, to redeem at `sns/jscode2session`: once, within five minutes. */
    readonly login: Call<object, {
        readonly code: string;
    }>;
    /** Whether the log-in of before still holds: same session, and somebody logged in in it from here. */
    readonly checkSession: Call<object, object>;
    /**
     * Name and picture, asking the person where they have not been; plain, signed, and encrypted for the back end, which has
     * redeemed a code before: signing takes its `session_key`.
     */
    readonly getUserProfile: Call<{
        readonly desc?: string;
        readonly lang?: string;
    }, SignedData & {
        readonly userInfo: UserInfo;
    }>;
    /**
     * A code for `wxa/business/getuserphonenumber`, asking the person where they have not been; where the back end has a
     * `session_key`, also the older form.
     */
    readonly getPhoneNumber: Call<object, {
        readonly code: string;
    } & Partial<Encrypted>>;
    /** Asks the person for a permission: WeChat's name of it, or Portico's. */
    readonly authorize: Call<{
        readonly scope: WxScope;
    }, object>;
    /**
     * What is granted, and what was asked for and refused; remembered over the consent page that takes this one away where
     * the browser lets this frame store something.
     */
    readonly getSetting: Call<object, Settings>;
    /** Asks the person again for what they refused; they take back what they granted in the super app. */
    readonly openSetting: Call<object, Settings>;
    /** The session is over: every call fails from now on, until the host launches again. */
    onSessionExpired(listener: (event: {
        readonly reason: EndReason;
    }) => void): void;
    offSessionExpired(listener?: (event: {
        readonly reason: EndReason;
    }) => void): void;
}
/**
 * Connects this page to the super app around it, and gives the `wx` that it expects. Calls wait for the launch, and
 * fail as `connect` does when there is none; where the session is over, they fail until the next launch.
 */
export declare function connectWx(options: ConnectOptions): Wx;
