import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-transaction.test.ts'
const OWNERS = 'src/storage/disk/owners.test.ts'
const SETTLEMENT = 'src/storage/disk/settlement.test.ts'
const FORM = 'src/form/form-refusals.test.ts'

export const TRANSACTIONS: GuardedPromise = {
  heading: 'A form and its handler are one transaction',
  mutations: [
    {
      guard: 'runs the handler only when all files are prepared for publishing',
      file: 'src/policy/publish-with.ts',
      find: `    await transaction.prepare()
    value = await work(files, { id: transaction.id, signal })
`,
      replace: `    value = await work(files, { id: transaction.id, signal })
    await transaction.prepare()
`,
      tests: [[FORM, 'because the storage fails to %s, %s, leaves nothing']],
    },
    {
      guard: 'keeps no file of a form whose handler throws',
      file: 'src/policy/publish-with.ts',
      find: '    await transaction.rollback()\n',
      replace: '',
      tests: [[FORM, "because its handler throws keeps nothing, and rejects with the handler's error"]],
    },
    {
      guard: 'removes no file after the handler has succeeded: the next sweep publishes it',
      file: 'src/policy/publish-with.ts',
      find: 'await transaction.defer()',
      replace: 'await transaction.rollback()',
      tests: [[FORM, 'by the storage alone, after the handler has succeeded, is delayed and not undone']],
    },
    {
      guard: 'lets any process publish files whose verdict could not be carried out',
      file: 'src/storage/disk/disk-transaction.ts',
      find: "await rename(this.#paths?.prepared ?? '', join(this.#place.folder.prepared, preparedName(this.#ownId, NO_OWNER)))",
      replace: '',
      tests: [
        [SETTLEMENT, 'publishes a deferred transaction at once, even one of a living process that cannot be seen'],
      ],
    },
    {
      guard: 'removes no file that has the verdict to be published',
      file: 'src/storage/disk/disk-transaction.ts',
      find: "if (verdict === 'publish') {",
      replace: 'if (verdict === undefined) {',
      tests: [[DISK, 'cannot be rolled back after a failed commit, and is published by the next sweep']],
    },
    {
      guard: 'gives no other upload a reserved key',
      file: 'src/storage/disk/name-taker.ts',
      find: 'await isReserved(this.#place.folder, key)',
      replace: 'false',
      tests: [
        [DISK, 'promises only one of two keys that some file systems take for the same'],
        [DISK, 'whose process died after preparing is %s'],
      ],
    },
    {
      guard: 'keeps the keys of a prepared transaction reserved after its process has died',
      file: 'src/storage/disk/draft-sweep.ts',
      find: '!(await isPrepared(folders.prepared, token.slice(dot + 1)))',
      replace: 'true',
      tests: [[DISK, 'whose process died after preparing is %s']],
    },
    {
      guard: 'settles no transaction of another living process',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: "return life === 'dead' || life === 'silent'",
      replace: 'return true',
      tests: [[OWNERS, 'keeps its drafts as long as it lives, however often others sweep']],
    },
    {
      guard: 'settles no transaction of its own process that is still running',
      file: 'src/storage/disk/disk-transaction.ts',
      find: "folder.owner.transactions.set(this.#ownId, 'running')",
      replace: '',
      tests: [[DISK, 'of a living process is not settled by another storage']],
    },
    {
      guard: 'asks `recover` how to settle the transaction of a dead process',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: 'const answer = await recover({ id, keys: entries.map(({ key }) => key) })',
      replace: "const answer: string = id === '' ? await recover({ id, keys: [] }) : 'publish'",
      tests: [
        [DISK, 'whose process died after preparing is %s'],
        [DISK, 'is decided by a later sweep if `recover` fails or gives a wrong answer'],
      ],
    },
    {
      guard: 'follows an existing verdict without asking again',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: '  if (verdict !== undefined) return verdict\n',
      replace: '',
      tests: [
        [OWNERS, 'is ended by its verdict, without asking again, if the process that gave the verdict died'],
        [SETTLEMENT, 'that was decided is published without asking `recover`'],
      ],
    },
    {
      guard: 'counts an absent row as an answer only if the row can no longer appear',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: "return answer === 'publish' || isOver || isFencing ? answer : undefined",
      replace: 'return answer',
      tests: [
        [OWNERS, 'keeps its keys for a day if its row is missing, because the row may still come'],
        [OWNERS, 'is not discarded by a third process after the second one took it and died'],
      ],
    },
    {
      guard: 'asks for the verdict at the first storage of a transaction, and lets the others follow',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: 'if (leader !== undefined) return verdictOfLeader(leader)',
      replace: '',
      tests: [
        [SETTLEMENT, 'is asked about once, by the first storage, and both follow the answer: %s'],
        [SETTLEMENT, 'waits for a verdict that it cannot reach'],
      ],
    },
  ],
}
