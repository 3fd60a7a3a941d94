/** Places in a request (`[route.self]`, `[route.any]`). Names are compared decoded and without regard to case. */
export interface RequestPlacesKeys {
    /** Templates such as `/users/{openid}`; `*` is any one segment. */
    path?: string[];
    /** Parameters of the query. */
    query?: string[];
    /** Fields of a form, urlencoded or multipart. */
    form?: string[];
    /** Cookies. */
    cookie?: string[];
    /** Headers. */
    header?: string[];
    /** JSON Pointers (RFC 6901) in which `*` stands for every element or member, such as `/items/*\/openid`. */
    json?: string[];
}
/** A `[[route]]`, with the keys and meanings of `portico gateway`. */
export interface RouteKeys {
    /** The `Host` that the request must name, without a port. Default: any. */
    host?: string;
    /** The path that the request's must be or lie under. Default: any. */
    path?: string;
    /** Not used: here the back end is what comes next in the process. */
    upstream?: string[];
    /** Not used. */
    http2?: boolean;
    /** Not used. */
    authorities?: string;
    /** Not used. */
    health?: string;
    /** The app whose launch tokens callers bring. */
    app: string;
    /** The app whose OpenIDs the back end knows. */
    as: string;
    /** `bearer` (default), `cookie:NAME`, or `none` with `secret_file`. */
    token?: string;
    /** Whether the back end gets the token too. Default: no. */
    keep_token?: boolean;
    /** With `token = "none"`: the file with the secret that other back ends bring in `X-Portico-Secret`. */
    secret_file?: string;
    /** Scopes without which a request is refused. Default: `openid`. */
    require?: string[];
    /** What becomes of an OpenID in `any` that nobody has: `refuse` (default) or `empty`. */
    unknown?: string;
    /** Identity headers: `openid`, `unionid`, `app`, or any other text as it stands. */
    inject?: {
        /** What each header says, by its name. */
        headers?: Record<string, string>;
    };
    /** Fields that must name the caller. */
    self?: RequestPlacesKeys;
    /** Fields that may name others too. */
    any?: RequestPlacesKeys;
    /** Where answers name people. */
    response?: {
        /** Headers. */
        header?: string[];
        /** JSON Pointers, as in requests. */
        json?: string[];
        /** Cookies that are set. */
        set_cookie?: string[];
    };
    /** Limits. */
    limits?: {
        /** The largest body in which something is swapped: `"1 MiB"` (default). */
        body?: string;
        /** Not used. */
        connect?: string;
        /** Not used. */
        response?: string;
        /** Not used. */
        idle?: string;
    };
}
/** An app, as registering it answered, and what else must be known of it here. */
export interface AppKeys {
    /** Its id. */
    app_id: string;
    /** Needed of an app that a route names as `app`. */
    client_secret?: string;
    /** Needed of an app that a route names as `as`, where `X-WX-APPID` or another header says `app`. */
    wx_app_id?: string;
    /** Origins of the app's own pages, as its manifest has them. Needed where the token comes in a cookie. */
    origins?: string[];
}
/** Everything that the gateway inside Node.js is told. */
export interface Configuration {
    /** Portico's issuer URL, exactly as its discovery document names it. */
    issuer: string;
    /** The apps that the routes name. */
    apps: AppKeys[];
    /** The routes, in the order in which they are looked at: the first that fits takes the request. */
    route: RouteKeys | RouteKeys[];
    /** How long one question to Portico may take. Default `"5 s"`. */
    timeout?: string;
    /**
     * `"feed"` (default): tokens are validated in this process, by the keys and the feed of the route's app; what ended is
     * refused within two seconds. `"introspection"`: Portico is asked about each token, and what ended is refused from the
     * next request on.
     */
    validate?: "feed" | "introspection";
}
