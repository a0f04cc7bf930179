export type Unsubscribe = () => void;

/**
 * Who listens to one kind of event. Emitting calls them in turn, before it returns. A listener that throws is warned
 * of by the process and harms neither the others nor what is being told.
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
