export type Unsubscribe = () => void;

/**
 * The listeners to one kind of event. `emit` calls them in turn before it returns. A listener that throws causes a
 * process warning; the other listeners and the emitter do not notice.
 */
export class Listeners<Event> {
  readonly #listeners: Set<(event: Event) => void> = new Set();

  add(listener: (event: Event) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
