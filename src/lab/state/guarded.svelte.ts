/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** State that asks for what can be refused or fail. */
export class Guarded {
  /** Why the last piece of work failed; undefined once one has succeeded. */
  problem = $state<string | undefined>();

  protected async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.problem = undefined;
    } catch (error) {
      this.problem = messageOf(error);
    }
  }
}
