/**
 * The two suites, as globs of test files. Each test file belongs to exactly one suite: `test/repository.test.ts` fails
 * otherwise. A new folder of tests gets a line of its own here.
 *
 * `quick` is `npm test`. It takes less than two minutes on two cores, and needs no program beside Node but Chromium.
 * Tests of the sources, of promises and of bytes on the wire belong there. `system` is `npm run test:system`: the tests
 * that start many processes, install packages, mount disks or repeat the contract of the adapters.
 */
export const TEST_SUITES: Readonly<Record<'quick' | 'system', readonly string[]>> = {
  quick: [
    'src/**/*.test-d.ts',
    'src/!(adapters)/**/*.test.ts',
    'src/adapters/*.test.ts',
    'src/adapters/fetch/**/*.test.ts',
    'src/adapters/node/**/*.test.ts',
    'bench/**/*.test.ts',
    'test/architecture.test.ts',
    'test/architecture/**/*.test.ts',
    'test/docs.test.ts',
    'test/repository.test.ts',
    'test/surface.test.ts',
    // One real path through a browser, and one through `decant serve`.
    'test/browser/form.test.ts',
    'test/cli/shutdown.test.ts',
    'test/digest/**/*.test.ts',
    'test/fuzz/**/*.test.ts',
    'test/hostile/**/*.test.ts',
    'test/language/**/*.test.ts',
    'test/misuse/**/*.test.ts',
    'test/names/!(case-insensitive).test.ts',
    'test/promises/**/*.test.ts',
    'test/s3-simulation/**/*.test.ts',
    'test/types/**/*.test.ts',
    'test/wire/**/*.test.ts',
  ],
  system: [
    'src/adapters/!(fetch|node)/**/*.test.ts',
    'examples/**/*.test.ts',
    'test/package.test.ts',
    'test/browser/!(form).test.ts',
    'test/clamav/**/*.test.ts',
    // It downloads Debian's packages.
    'test/content/**/*.test.ts',
    'test/cli/!(shutdown).test.ts',
    'test/clients/**/*.test.ts',
    'test/endurance/**/*.test.ts',
    'test/examples/**/*.test.ts',
    'test/faults/**/*.test.ts',
    'test/frameworks/**/*.test.ts',
    'test/guides/**/*.test.ts',
    'test/moving/**/*.test.ts',
    // It mounts a disk.
    'test/names/case-insensitive.test.ts',
    'test/proxy/**/*.test.ts',
    'test/runners/**/*.test.ts',
    'test/runtimes/**/*.test.ts',
    'test/s3/**/*.test.ts',
    'test/serve/**/*.test.ts',
    'test/transactions/**/*.test.ts',
    'test/users/**/*.test.ts',
  ],
}
