import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-transaction.test.ts'
const OWNERS = 'src/storage/disk/owners.test.ts'
const SETTLEMENT = 'src/storage/disk/settlement.test.ts'
const ADDED = 'src/storage/disk/added-entries.test.ts'
const WITH = 'src/policy/publish-with.test.ts'
const WAITS = 'waits for a file to delete that another transaction is about to publish'
const FORM = 'src/form/form-refusals.test.ts'

export const TRANSACTIONS: GuardedPromise = {
  heading: 'A form and its handler are one transaction',
  mutations: [
    {
      guard: 'runs the handler only when all files are prepared for publishing',
      file: 'src/policy/publish-with.ts',
      find: `      await transaction.prepare()
      running = new RunningTransaction(transaction, { signal, drafts, files })
      value = await work(files, running)
`,
      replace: `      running = new RunningTransaction(transaction, { signal, drafts, files })
      value = await work(files, running)
      await transaction.prepare()
`,
      tests: [[FORM, 'because the storage fails to %s, %s, leaves nothing']],
    },
    {
      guard: 'keeps no file of a form whose handler throws',
      file: 'src/policy/publish-with.ts',
      find: '      await transaction.rollback()\n',
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
      find: 'await rename(this.#preparedPath, join(this.#place.folder.prepared, preparedName(this.#ownId, NO_OWNER)))',
      replace: '',
      tests: [
        [SETTLEMENT, 'publishes a deferred transaction at once, even one of a living process that cannot be seen'],
      ],
    },
    {
      guard: 'removes no file that has the verdict to be published',
      file: 'src/storage/disk/disk-transaction.ts',
      find: "if (verdict === 'publish' || verdict === 'publish-only') {",
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
      find: 'const answer = await recover({ id, keys: journal.saves.map(({ key }) => key) })',
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
    {
      guard: 'deletes no file of a transaction before it has the verdict to publish',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: "if (verdict === 'publish') await deletePrepared(place, id, deletes)",
      replace: 'await deletePrepared(place, id, deletes)',
      tests: [[ADDED, 'and whose process dies is settled as a whole: recover says %s']],
    },
    {
      guard: 'deletes the files of a published transaction also if its process has died',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: "if (verdict === 'publish') await deletePrepared(place, id, deletes)",
      replace: '',
      tests: [
        [ADDED, 'and whose process dies is settled as a whole: recover says %s'],
        [ADDED, 'leaves the files to delete to a sweep if the disk fails'],
      ],
    },
    {
      guard: 'deletes no file that has replaced the one to delete',
      file: 'src/storage/disk/prepared-deletions.ts',
      find: 'await deleteFile(place, key, version)',
      replace: 'await deleteFile(place, key, version.slice(0, 0) || undefined)',
      tests: [[ADDED, 'and whose process dies does not delete another file that has the key by then']],
    },
    {
      guard: 'deletes a file that another transaction is about to publish',
      file: 'src/storage/disk/prepared-deletions.ts',
      find: 'if (stats !== undefined || !isPromised) return stats',
      replace: 'return stats',
      tests: [['src/storage/disk/disk-storage.test.ts', WAITS]],
    },
    {
      guard: 'deletes a file in memory that another transaction is about to publish',
      file: 'src/storage/memory/memory-transaction.ts',
      find: '    if (!isOwn) await this.#waitForOthers(key)\n',
      replace: '',
      tests: [['src/storage/memory/memory-storage.test.ts', WAITS]],
    },
    {
      guard: 'adds a file to a prepared transaction only by its whole entry',
      file: 'src/storage/disk/journal.ts',
      find: '  await calls.rename(written, join(folder, name))\n',
      replace: '',
      tests: [[ADDED, 'and whose process dies is settled as a whole: recover says %s']],
    },
    {
      guard: 'gives a draft back if it could not be added to a prepared transaction',
      file: 'src/storage/disk/prepared-files.ts',
      find: '    await moveBack(prepared, number, path)\n    throw error',
      replace: '    throw error',
      tests: [[ADDED, 'gives a draft back if the disk fails before its entry is in place']],
    },
    {
      guard: 'lets a storage that joins later follow the verdict',
      file: 'src/storage/disk/disk-transaction.ts',
      find: '      await replaceCompany(this.#place, this.#preparedPath, { followers })\n',
      replace: '',
      tests: [[ADDED, 'follows its verdict if the process dies: recover says %s']],
    },
    {
      guard: 'publishes nothing in a storage that joined if the leader was discarded',
      file: 'src/storage/disk/disk-transaction.ts',
      find: "for (const entry of this.#deletes) if (await this.#hasFile(entry)) return 'discard'",
      replace: '',
      tests: [[ADDED, 'deletes nothing and publishes nothing if the leader was discarded before']],
    },
    {
      guard: 'discards the files that a handler has saved before it failed',
      file: 'src/policy/publish-with.ts',
      find: '      await running?.discard()\n',
      replace: '',
      tests: [[WITH, 'leaves nothing of the files that its handler has saved if the handler throws']],
    },
    {
      guard: 'waits for the calls that a handler has not waited for',
      file: 'src/policy/running-transaction.ts',
      find: '    await Promise.allSettled(this.#calls)\n',
      replace: '',
      tests: [[WITH, 'waits for the calls that its handler did not wait for']],
    },
    {
      guard: 'refuses calls of a transaction that is over',
      file: 'src/policy/running-transaction.ts',
      find: '    if (!this.#isOver) return\n',
      replace: '    if (!this.#isOver || this.id) return\n',
      tests: [[WITH, 'refuses every call after the end with a TypeError']],
    },
    {
      guard: 'publishes the files of all storages before it deletes one',
      file: 'src/policy/upload-transaction.ts',
      find: "for (const result of results) if (result.status === 'rejected') throw result.reason",
      replace: '',
      tests: [[WITH, 'deletes no file as long as a storage has not published its files']],
    },
    {
      guard: 'counts the bytes that handlers hold against the memory of the process',
      file: 'src/policy/running-transaction.ts',
      find: "if (!memory.take(size)) throw new UploadError('overloaded', {})",
      replace: '',
      tests: [[WITH, 'refuses bytes that the memory of the process has no room for, and gives it back at the end']],
    },
    {
      guard: 'lets only storages with the same `recover` take part in a transaction',
      file: 'src/policy/check-together.ts',
      find: 'storage.recover !== first?.storage.recover)',
      replace: 'storage.recover === null)',
      tests: [
        [WITH, 'takes no set whose storage has another recover, or no transactions'],
        ['src/form/form-transaction.test.ts', 'whose storages have different recover functions is a TypeError'],
      ],
    },
    {
      guard: 'deletes a file whose key the same transaction has tried before, even if the disk kept that reservation',
      file: 'src/storage/disk/prepared-deletions.ts',
      find: '    await releaseReserved(place.folder, key, id)\n',
      replace: '',
      tests: [[ADDED, 'deletes a file whose key it has tried before, even if the reservation is still there']],
    },
  ],
}
