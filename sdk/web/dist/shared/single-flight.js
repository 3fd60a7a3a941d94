export class SingleFlight {
    #work;
    #flying = null;
    constructor(work) {
        this.#work = work;
    }
    run() {
        this.#flying ??= this.#work().finally(() => {
            this.#flying = null;
        });
        return this.#flying;
    }
    async settled() {
        await this.#flying?.catch(() => undefined);
    }
}
