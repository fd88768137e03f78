// SPDX-License-Identifier: GPL-2.0-only
// How the tests run: files named *.image.test.ts boot the kernel, once for each process, so every file gets its own.
import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
