/** Set in the session when the page has reloaded to become isolated, so that it never does so twice. */
const RELOADED = 'actguide-isolated';
/** Milliseconds after which the site is kept: what the first screen needs comes first. */
const KEEP_AFTER_MS = 3000;

/** The site's service worker as the page sees it: isolation, use without a network, new versions. */
export class Offline {
  /** The site works without a network from now on. */
  kept = $state(false);
  /** A newer version of the site is complete and waits for the person's word. */
  newVersion = $state(false);
  private waiting: ServiceWorker | undefined;

  /** Registers the worker of a built site; a browser or a host that allows none changes nothing else. */
  async register(): Promise<void> {
    if (!import.meta.env.VITE_SERVICE_WORKER || !('serviceWorker' in navigator)) return;
    const { serviceWorker } = navigator;
    try {
      const registration = await serviceWorker.register('serviceWorker.js');
      registration.addEventListener('updatefound', () => this.follow(registration.installing));
      this.waitFor(registration.waiting);
      await serviceWorker.ready;
      if (!globalThis.crossOriginIsolated && !sessionStorage.getItem(RELOADED)) {
        // The worker adds the headers that isolate the page, from its next load on.
        sessionStorage.setItem(RELOADED, 'yes');
        location.reload();
        return;
      }
      serviceWorker.addEventListener('message', ({ data }) => (this.kept = data === 'kept'));
      setTimeout(() => registration.active?.postMessage('keep'), KEEP_AFTER_MS);
    } catch (error) {
      console.warn('offline: the site is not kept for use without a network:', error);
    }
  }

  /** Puts the new version in place, and reloads the page with it. */
  update(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
    this.waiting?.postMessage('takeOver');
  }

  private follow(worker: ServiceWorker | null): void {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') this.waitFor(worker);
    });
  }

  /** A worker that is installed while another is in charge waits. */
  private waitFor(worker: ServiceWorker | null): void {
    if (!worker || !navigator.serviceWorker.controller) return;
    this.waiting = worker;
    this.newVersion = true;
  }
}
