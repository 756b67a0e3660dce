#!/usr/bin/env node
// `npx rekey` in a clone. Plain JavaScript, for a Node that takes no TypeScript; what is missing or has changed is installed and bundled first.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const setup = fileURLToPath(new URL('../tools/setup.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [setup, '--build'], { stdio: ['ignore', 'inherit', 'inherit'] });
if (status === 0) await import('../dist/rekey/index.mjs');
else process.exitCode = 1;
