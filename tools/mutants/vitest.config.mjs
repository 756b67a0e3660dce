import { matchesGlob, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { suites } from './scope.mjs';

/** Vitest would begin with the slowest. */
class InOrder extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) => {
      const path = relative(process.cwd(), moduleId);
      return suites.findIndex((glob) => matchesGlob(path, glob));
    };
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

// Vitest reads its configuration from a default export.
export default defineConfig({
  test: {
    include: suites,
    setupFiles: ['tools/mutants/seed.mjs'],
    testTimeout: 20_000,
    isolate: false,
    sequence: { sequencer: InOrder },
  },
});
