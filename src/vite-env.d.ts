/// <reference types="vite/client" />
/// <reference types="svelte" />

interface ImportMetaEnv {
  /** Commit that the site was built from; absent outside a git checkout and in tests. */
  readonly VITE_COMMIT?: string;
  /** Whether tracked files differed from it. */
  readonly VITE_MODIFIED?: boolean;
  /** Whether the site was built, with a service worker beside it. */
  readonly VITE_SERVICE_WORKER?: boolean;
}
