#!/usr/bin/env node
// Committed as plain JavaScript: it must be able to say what to do before anything is compiled.
import { existsSync } from 'node:fs';

const entry = new URL('../dist/main.js', import.meta.url);
if (!existsSync(entry)) {
  process.stderr.write('The VRE is not compiled yet: run "npm ci && npm run build" in the checkout first.\n');
  process.exit(1);
}
const { main } = await import(entry.href);
process.exitCode = await main(process.argv.slice(2));
