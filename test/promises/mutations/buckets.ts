import type { GuardedPromise } from '../mutation.ts'

const SHARED = 'test/s3-simulation/shared-bucket.test.ts'
const BAD_INPUT = 'test/s3-simulation/bad-input.test.ts'

export const BUCKETS: GuardedPromise = {
  heading: 'Any number of processes can share a bucket',
  mutations: [
    {
      guard: 'never aborts an upload that may have been completed',
      file: 'src/storage/s3/sealed-s3-draft.ts',
      find: "if (this.#content.kind === 'upload' && !this.#mayBeComplete) {",
      replace: "if (this.#content.kind === 'upload') {",
      tests: [[SHARED, 'an upload that may have been completed is not aborted when its draft is discarded']],
    },
    {
      guard: 'looks at the object if the completion of an upload has no answer, or an error',
      file: 'src/storage/s3/multipart-upload.ts',
      find: 'if (await hasBecome(bucket, upload, writer, isLost(error))) return\n',
      replace: '',
      tests: [
        [SHARED, 'an upload whose completion was not answered is stored, also if the engine does not know it any more'],
      ],
    },
    {
      guard: 'recognizes its own object if a conditional write lost to itself',
      file: 'src/storage/s3/s3-bucket.ts',
      find: 'if (found !== undefined) return found.metadata[WRITER] === head.metadata[WRITER]',
      replace: 'if (found !== undefined) return false',
      tests: [
        [SHARED, 'if its only request meets %s'],
        [SHARED, 'a second writer of a key is refused, also if the first one has not heard that it won'],
      ],
    },
    {
      guard: 'writes no object over that of another process',
      file: 'src/storage/s3/s3-bucket.ts',
      find: "await this.#put(name, body, head, '*')",
      replace: 'await this.#put(name, body, head, undefined)',
      tests: [
        [SHARED, 'a second writer of a key is refused, also if the first one has not heard that it won'],
        [SHARED, 'a kept draft is given to one of two processes that claim it'],
        [SHARED, 'a file is deleted by one of several processes, whose answers agree'],
      ],
    },
    {
      guard: 'notices that another process has discarded a transaction',
      file: 'src/storage/s3/s3-transaction.ts',
      find: 'if (missing.length > 0) throw ended()\n',
      replace: '',
      tests: [
        [SHARED, 'is decided once: a commit that comes after another process has discarded it publishes nothing'],
      ],
    },
    {
      guard: 'leaves a transaction alone while its process may be alive',
      file: 'src/storage/s3/settle-transaction.ts',
      find: "if (own === 'running' || (own === undefined && silentMs < SILENT_MS))",
      replace: "if (own === 'running')",
      tests: [[SHARED, 'is left alone while its process may still be alive']],
    },
    {
      guard: 'lets one process at a time settle a transaction',
      file: 'src/storage/s3/settle-transaction.ts',
      find: 'if (verdict === undefined || !(await takeOver(place, found)))',
      replace: 'if (verdict === undefined)',
      tests: [[SHARED, 'is settled by one of two sweeps that find it at the same time']],
    },
    {
      guard: 'takes the draft of a deleted file along, so that no transaction publishes it again',
      file: 'src/storage/s3/deletion.ts',
      find: 'names.bytes(draft), ',
      replace: '',
      tests: [[SHARED, 'does not bring back a file that was deleted after it was published']],
    },
    {
      guard: 'lets no transaction follow one that another process could not find',
      file: 'src/storage/s3/s3-transaction.ts',
      find: 'own.name === bucket.name && own.engine === bucket.engine',
      replace: 'true',
      tests: [
        [SHARED, 'cannot follow one in another bucket, or of another client, because no process could settle both'],
      ],
    },
    {
      guard: 'finds out by a race whether the engine refuses to overwrite',
      file: 'src/storage/s3/abilities.ts',
      find: 'if (!found.conditionalPut) throw new Error(OVERWRITES)',
      replace: '',
      tests: [[BAD_INPUT, 'whose engine overwrites in a race, as %s']],
    },
  ],
}
