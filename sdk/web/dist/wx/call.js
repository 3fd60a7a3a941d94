export function call(name, work) {
    const run = async (options) => {
        try {
            return { ...(await work(options)), errMsg: `${name}:ok` };
        }
        catch (error) {
            const said = Object.create(error);
            throw Object.assign(said, { errMsg: `${name}:fail ${error.message}` });
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
