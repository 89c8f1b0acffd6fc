import { defaultServerConditions } from 'vite';
import { configDefaults, defineConfig, type ViteUserConfigFnObject } from 'vitest/config';
import { CountsReporter } from './test/counts-reporter.ts';

// `vitest run --mode slow` adds the long tests (npm run test:slow).
const config: ViteUserConfigFnObject = defineConfig(({ mode }) => ({
  // Tests read the sources of both packages, so no build is needed. Adding "import" or "default" here would
  // make CommonJS packages such as pg load twice, as two different modules.
  ssr: { resolve: { conditions: ['palier-source', ...defaultServerConditions] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(mode === 'slow' ? [] : ['**/*.slow.test.ts'])],
    reporters: ['default', new CountsReporter()],
    // The default is one worker on two processors; most tests wait for servers of their own, so two do not crowd each other.
    maxWorkers: 2,
    // Generous: a bound of time that is a promise is measured in its test; this one only ends what hangs.
    testTimeout: mode === 'slow' ? 300_000 : 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    teardownTimeout: 10_000,
  },
}));

export default config;
