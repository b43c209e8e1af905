import { themes, type Theme } from '../address.ts';

const KEY = 'actguide-theme';

/** Light, dark or projector: what a link or a person chose, else the system's choice between the first two. */
export class ThemeState {
  current = $state<Theme>('light');

  /** linked: the theme of the address, which holds for this visit only. */
  constructor(linked?: Theme) {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    this.current = linked ?? stored() ?? (dark.matches ? 'dark' : 'light');
    this.show();
    dark.addEventListener('change', ({ matches }) => {
      if (linked ?? stored()) return;
      this.current = matches ? 'dark' : 'light';
      this.show();
    });
  }

  choose(theme: Theme): void {
    this.current = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage may be switched off; the choice then lasts as long as the page.
    }
    this.show();
  }

  /** The next of light, dark, projector. */
  cycle(): void {
    this.choose(themes[(themes.indexOf(this.current) + 1) % themes.length]);
  }

  private show(): void {
    document.documentElement.dataset.theme = this.current;
  }
}

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return themes.find((theme) => theme === value);
  } catch {
    return undefined;
  }
}
