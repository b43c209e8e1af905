import { LabError } from '../core/errors.ts';
import type { PolicySize } from '../policy/types.ts';

/** A base policy that could not be fetched. */
export class ModelFetchError extends LabError {
  override name = 'ModelFetchError';
}

/**
 * Fetches a shipped policy's ONNX file, from the page's own origin only.
 * @throws ModelFetchError when it cannot be had.
 */
export async function fetchModel(policy: PolicySize, modelsUrl: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(`${policy}.onnx`, modelsUrl);
  if (url.origin !== location.origin)
    throw new ModelFetchError(
      `models: expected an address on ${location.origin}, got ${url.origin}. Serve the policies with the page.`,
    );
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelFetchError(
      `models: expected ${url.pathname}, got no answer (${reason}). Check the connection and reload.`,
    );
  }
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html'))
    throw new ModelFetchError(
      `models: expected the policy ${url.pathname}, got ${response.ok ? 'a web page' : `status ${response.status}`}. ` +
        `Is models/${policy}.onnx missing on the server?`,
    );
  return new Uint8Array(await response.arrayBuffer());
}
