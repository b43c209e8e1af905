import { LabError } from '../core/errors.ts';

/** A file that ships beside the page, for the part of the lab that `who` names. @throws LabError when it cannot be had. */
export async function shippedFile(who: string, path: string): Promise<Response> {
  const url = new URL(path, document.baseURI);
  const response = await fetch(url).catch((error: unknown) => {
    throw new LabError(
      `${who}: expected ${url.pathname}, got no answer (${String(error)}). Check the connection and reload.`,
    );
  });
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html'))
    throw new LabError(
      `${who}: expected ${url.pathname}, got ${response.ok ? 'a web page' : `status ${response.status}`}. ` +
        `Is ${path} missing on the server?`,
    );
  return response;
}
