import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

const countsFile: URL = new URL('../reports/counts.txt', import.meta.url);

/** Writes `N passed, N failed, N skipped`. What never got as far as a test still counts as a failure. */
export class CountsReporter implements Reporter {
  onTestRunStart(): void {
    // A run that dies must not leave the counts of the run before it.
    rmSync(countsFile, { force: true });
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failed += 1;
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'skipped') skipped += 1;
        else failed += 1; // 'failed', or 'pending' when the run was interrupted
      }
    }
    if (reason !== 'passed' && failed === 0) failed = 1;
    mkdirSync(new URL('.', countsFile), { recursive: true });
    writeFileSync(countsFile, `${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}
