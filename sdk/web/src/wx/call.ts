import { PorticoError } from "../shared/errors.js";

/** What every result says: the call's name and `:ok`, or `:fail` and why. */
export interface Said {
  readonly errMsg: string;
}

/** WeChat's way of hearing what became of a call. */
export interface Callbacks<Result> {
  readonly success?: (result: Result & Said) => void;
  readonly fail?: (error: PorticoError & Said) => void;
  /** Called after either. */
  readonly complete?: (outcome: (Result | PorticoError) & Said) => void;
}

/** A call that takes callbacks, and without any gives a promise. */
export interface Call<Options, Result> {
  (options?: Options & { success?: never; fail?: never; complete?: never }): Promise<Result & Said>;
  (options: Options & Callbacks<Result>): void;
}

/** The call `name`, which does `work`. */
export function call<Options extends object, Result extends object>(
  name: string,
  work: (options: Options) => Promise<Result>,
): Call<Options, Result> {
  const run = async (options: Options): Promise<Result & Said> => {
    try {
      return { ...(await work(options)), errMsg: `${name}:ok` };
    } catch (error) {
      // Several calls may have failed of one error, and each has a name of its own.
      const { message } = error as Error;
      const said = error instanceof PorticoError ? (Object.create(error) as object) : new PorticoError("failed", message);
      throw Object.assign(said, { errMsg: `${name}:fail ${message}` });
    }
  };
  const begin = (options: Options & Callbacks<Result> = {} as Options): unknown => {
    const outcome = run(options);
    const { success, fail, complete } = options;
    if (!success && !fail && !complete) return outcome;
    void outcome.then(
      (result) => {
        success?.(result);
        complete?.(result);
      },
      (error: PorticoError & Said) => {
        fail?.(error);
        complete?.(error);
      },
    );
    return undefined;
  };
  return begin as Call<Options, Result>;
}
