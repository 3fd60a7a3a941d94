// An app on a screen that a test looks at and touches.

import type { ReactElement } from "react";
import { act, create, type ReactTestInstance, type ReactTestRenderer } from "react-test-renderer";

import { settle } from "./clock";

export class Screen {
  readonly #shown: ReactTestRenderer;

  private constructor(shown: ReactTestRenderer) {
    this.#shown = shown;
  }

  static async show(app: ReactElement): Promise<Screen> {
    let shown: ReactTestRenderer | undefined;
    await act(async () => void (shown = create(app)));
    return new Screen(shown as ReactTestRenderer);
  }

  /** Presses the button with that title. */
  async press(title: string): Promise<void> {
    const button = await this.until(() =>
      this.#find((node) => node.props["title"] === title && !!node.props["onPress"]),
    );
    await act(async () => void (button.props["onPress"] as () => void)());
  }

  /** Lays everything out that waits for it. */
  async layOut(): Promise<void> {
    await act(async () => {
      for (const node of this.#shown.root.findAll((each) => typeof each.props["onLayout"] === "function"))
        (node.props["onLayout"] as () => void)();
      await settle();
    });
  }

  /** Everything that is written on it. */
  text(): string {
    const texts = (node: ReactTestInstance | string): string[] =>
      typeof node === "string" ? [node] : node.children.flatMap(texts);
    return texts(this.#shown.root).join("\n");
  }

  /** What `ask` gives once it gives something. */
  async until<Thing>(ask: () => Thing | null | undefined | false): Promise<Thing> {
    for (;;) {
      const thing = ask();
      if (thing) return thing;
      await act(async () => new Promise((resolve) => setTimeout(resolve, 5)));
    }
  }

  async leave(): Promise<void> {
    await act(async () => this.#shown.unmount());
  }

  #find(is: (node: ReactTestInstance) => boolean): ReactTestInstance | undefined {
    return this.#shown.root.findAll(is)[0];
  }
}
