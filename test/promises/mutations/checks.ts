import type { GuardedPromise } from '../mutation.ts'

const INSPECTION = 'src/policy/inspection.test.ts'
const CLAMAV = 'src/check/clamav/clamav-check.test.ts'
const FAULTS = 'src/check/clamav/clamav-check.faults.test.ts'

export const CHECKS: GuardedPromise = {
  heading: 'Nothing is published that a check has not passed',
  mutations: [
    {
      guard: 'runs every check, and waits for it',
      file: 'src/policy/inspection.ts',
      find: 'for (const check of checks) await check(upload)',
      replace: '',
      tests: [
        [INSPECTION, 'that %s refuses the file, and nothing is kept'],
        [INSPECTION, 'that fails in a way of its own refuses the file too'],
      ],
    },
    {
      guard: 'refuses every file while the scanner cannot be reached, unless it is told otherwise',
      file: 'src/check/clamav/clamav-check.ts',
      find: 'if (acceptsUnscanned && !error.reached)',
      replace: 'if (!error.reached)',
      tests: [[CLAMAV, 'nothing passes, nothing of the file is read, and the client learns no address']],
    },
    {
      guard: 'takes no scan that broke off for a clean one, even where unscanned files may pass',
      file: 'src/check/clamav/clamav-check.ts',
      find: 'if (acceptsUnscanned && !error.reached)',
      replace: 'if (acceptsUnscanned)',
      tests: [[CLAMAV, 'but not one that clamd broke down on, since that may be its own doing']],
    },
    {
      guard: 'refuses what the scanner finds something in',
      file: 'src/check/clamav/clamav-check.ts',
      find: "if (verdict.kind === 'infected') {",
      replace: "if (verdict.kind === 'infected' && filename === '\\0') {",
      tests: [[CLAMAV, 'is refused with the name of what was found']],
    },
    {
      guard: 'takes one exact sentence of the scanner for "clean", and no part of it',
      file: 'src/check/clamav/clamd-verdict.ts',
      find: "if (answer === 'stream: OK\\0')",
      replace: "if (answer.startsWith('stream: OK'))",
      tests: [['src/check/clamav/clamd-verdict.test.ts', '%j is no verdict']],
    },
    {
      guard: 'takes nothing for clean before the scanner has all of it',
      file: 'src/check/clamav/scan-stream.ts',
      find: "if (verdict.kind === 'clean' && sent.value !== size) {",
      replace: "if (verdict.kind === 'clean' && size < 0) {",
      tests: [[FAULTS, 'an OK before clamd has the whole file']],
    },
    {
      guard: 'passes no file on which the scanner is silent',
      file: 'src/check/clamav/scan-stream.ts',
      find: 'givenUp.reject(new ClamdError(`Nothing moved between here and clamd for ${timeoutMs} ms`, reached))',
      replace: 'silence.refresh()',
      tests: [[FAULTS, 'of a clamd that has all and never answers']],
    },
  ],
}
