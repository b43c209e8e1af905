/** `npm start`: installs what is missing, serves the lab, prints its address and opens it. */
import { ensureInstalled, root } from './install.js';

ensureInstalled();
const { createServer } = await import('vite');
const server = await createServer({ root });
await server.listen();

const address = server.resolvedUrls.local[0];
console.log(`\n  ActGuide Lab: ${address}\n  Ctrl-C stops it.\n`);
server.bindCLIShortcuts({ print: false });

// Without a screen (a server, a container, CI) there is no browser to open: the address is enough.
const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
if (hasScreen && !process.env.CI && process.env.BROWSER !== 'none') server.openBrowser();
