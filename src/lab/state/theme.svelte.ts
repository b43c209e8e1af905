export type Theme = 'light' | 'dark';

const KEY = 'actguide-theme';

/** Light or dark: the system's choice until a person makes one, which is kept. */
export class ThemeState {
  current = $state<Theme>(
    stored() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
  );

  constructor() {
    this.show();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
      if (stored()) return;
      this.current = matches ? 'dark' : 'light';
      this.show();
    });
  }

  toggle(): void {
    this.current = this.current === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, this.current);
    } catch {
      // Storage may be switched off; the choice then lasts as long as the page.
    }
    this.show();
  }

  private show(): void {
    document.documentElement.dataset.theme = this.current;
  }
}

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}
