/** Work of which at most one run is under way at any time. */
export class SingleFlight<Answer> {
  readonly #work: () => Promise<Answer>;
  #flying: Promise<Answer> | null = null;

  constructor(work: () => Promise<Answer>) {
    this.#work = work;
  }

  /** The run that is under way, or a new one. All who ask during one run get the same answer, or error. */
  run(): Promise<Answer> {
    this.#flying ??= this.#work().finally(() => {
      this.#flying = null;
    });
    return this.#flying;
  }

  /** Waits until no run is under way; never rejects. */
  async settled(): Promise<void> {
    await this.#flying?.catch(() => undefined);
  }
}
