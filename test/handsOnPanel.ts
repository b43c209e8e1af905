import type { Locator, Page } from 'playwright';

/** The panel. */
export const hands = (page: Page): Locator => page.locator('#hands-on');
/** Opens one of its pages. */
export const tab = (page: Page, name: string): Promise<void> => page.getByRole('tab', { name }).click();
/** Names of the actions of the plan, in order. */
export const chips = (page: Page): Promise<string[]> =>
  hands(page)
    .locator('.chip')
    .evaluateAll((list) =>
      list.map((chip) =>
        (chip.textContent ?? '')
          .replace(/\s+/g, ' ')
          .replace(/ ([:,])/g, '$1')
          .trim(),
      ),
    );
/** A row of what each plan does. */
export const row = (page: Page, name: string): Locator => hands(page).getByRole('row', { name });
/** Resolves once the plan on show was tried. */
export const tried = (page: Page): Promise<void> =>
  row(page, 'This plan').locator('.rate').waitFor({ timeout: 60_000 });
