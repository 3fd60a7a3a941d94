import { PorticoError } from "../shared/errors.js";
export function call(name, work) {
    const run = async (options) => {
        try {
            return { ...(await work(options)), errMsg: `${name}:ok` };
        }
        catch (error) {
            const { message } = error;
            const said = error instanceof PorticoError ? Object.create(error) : new PorticoError("failed", message);
            throw Object.assign(said, { errMsg: `${name}:fail ${message}` });
        }
    };
    const begin = (options = {}) => {
        const outcome = run(options);
        const { success, fail, complete } = options;
        if (!success && !fail && !complete)
            return outcome;
        void outcome.then((result) => {
            success?.(result);
            complete?.(result);
        }, (error) => {
            fail?.(error);
            complete?.(error);
        });
        return undefined;
    };
    return begin;
}
