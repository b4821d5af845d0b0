import type { GuardedPromise } from '../mutation.ts'

const INSPECTION = 'src/policy/inspection.test.ts'
const CLAMAV = 'src/check/clamav/clamav-check.test.ts'
const FAULTS = 'src/check/clamav/clamav-check.faults.test.ts'
const TRUST = 'src/storage/disk/folder-trust.test.ts'
const REFUSED = 'a private folder %s > is refused by every call that writes, deletes, claims or sweeps: .decant/%s'

export const CHECKS: GuardedPromise = {
  heading: 'A file is published only after its checks pass',
  mutations: [
    {
      guard: 'runs every check, and waits for it',
      file: 'src/policy/inspection.ts',
      find: 'for (const check of checks) await check(upload)',
      replace: '',
      tests: [
        [INSPECTION, 'that %s refuses the file, and nothing is kept'],
        [INSPECTION, 'that fails with another error refuses the file too'],
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
      guard: 'never counts an interrupted scan as clean, even if unscanned files may pass',
      file: 'src/check/clamav/clamav-check.ts',
      find: 'if (acceptsUnscanned && !error.reached)',
      replace: 'if (acceptsUnscanned)',
      tests: [[CLAMAV, 'but not one that clamd broke down on, since that may be its own doing']],
    },
    {
      guard: 'refuses a file in which the scanner finds something',
      file: 'src/check/clamav/clamav-check.ts',
      find: "if (verdict.kind === 'infected') {",
      replace: "if (verdict.kind === 'infected' && filename === '\\0') {",
      tests: [[CLAMAV, 'is refused with the name of what was found']],
    },
    {
      guard: 'accepts only one exact sentence of the scanner as "clean"',
      file: 'src/check/clamav/clamd-verdict.ts',
      find: "if (answer === 'stream: OK\\0')",
      replace: "if (answer.startsWith('stream: OK'))",
      tests: [['src/check/clamav/clamd-verdict.test.ts', '%j is not a verdict']],
    },
    {
      guard: 'calls no file clean before the scanner has all of it',
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
    {
      guard: 'refuses a private folder of another user, which may hold files that no check has seen',
      file: 'src/storage/disk/folder-trust.ts',
      find: 'if (stats.uid !== user && stats.uid',
      replace: 'if (stats.uid === -1 && stats.uid',
      tests: [[TRUST, 'an owner and permissions that look wrong > count if %s']],
    },
    {
      guard: 'refuses a private folder to which other users may write',
      file: 'src/storage/disk/folder-trust.ts',
      find: '(stats.mode & OTHERS_WRITE) !== 0',
      replace: 'stats.mode === 0',
      tests: [
        [TRUST, REFUSED],
        ['test/promises/planted-links.test.ts', 'takes no upload by %s, and the answer does not tell its path'],
      ],
    },
    {
      guard: 'compares the owner of a private folder with that of a new file',
      file: 'src/storage/disk/folder-trust.ts',
      find: 'stats.uid !== (await this.#sampleFile())?.uid',
      replace: 'stats.uid !== user',
      tests: [[TRUST, 'an owner and permissions that look wrong > do not count if a new file has them, too, as on %s']],
    },
    {
      guard: 'looks at the private folder before it takes a kept file from there',
      file: 'src/storage/disk/disk-storage.ts',
      find: 'await privateFolder.checkTrust()\n        return claimDraft',
      replace: 'return claimDraft',
      tests: [[TRUST, REFUSED]],
    },
    {
      guard: 'looks at the private folder before it publishes what a dead process has prepared there',
      file: 'src/storage/disk/disk-storage.ts',
      find: 'await privateFolder.checkTrust()\n        await privateFolder.checkFormat()',
      replace: 'await privateFolder.checkFormat()',
      tests: [[TRUST, REFUSED]],
    },
    {
      guard: 'ignores records in a private folder that another user can write',
      file: 'src/storage/disk/record-cache.ts',
      find: 'if (!(await this.#private.isTrusted())) return undefined',
      replace: '',
      tests: [
        [
          TRUST,
          'a private folder %s > is not trusted by readers, which get files without records, and the process warns once',
        ],
        ['test/promises/planted-links.test.ts', 'is not believed about the type of a file'],
      ],
    },
  ],
}
