import type { GuardedPromise } from '../mutation.ts'

const DISK = 'src/storage/disk/disk-transaction.test.ts'
const FORM = 'src/form/form-refusals.test.ts'

export const TRANSACTIONS: GuardedPromise = {
  heading: 'A form and what its handler does are one transaction',
  mutations: [
    {
      guard: 'runs the handler when the files are as good as published, and not before',
      file: 'src/form/upload-form.ts',
      find: `    await transaction.prepare()
    value = await work()
`,
      replace: `    value = await work()
    await transaction.prepare()
`,
      tests: [[FORM, 'because the storage fails to %s, %s, leaves nothing']],
    },
    {
      guard: 'keeps no file of a form whose handler throws',
      file: 'src/form/upload-form.ts',
      find: '    await transaction.rollback()\n',
      replace: '',
      tests: [[FORM, 'because its handler throws keeps nothing, and gives back what was thrown']],
    },
    {
      guard: 'takes no file back when the handler has succeeded: the next sweep publishes what the storage could not',
      file: 'src/form/upload-form.ts',
      find: 'await transaction.defer()',
      replace: 'await transaction.rollback()',
      tests: [[FORM, 'by the storage alone, after the handler has succeeded, is delayed and not undone']],
    },
    {
      guard: 'lets any process publish what was decided and could not be published',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: 'await rename(join(prepared, OWNER + processOwner()), join(prepared, DECIDED))',
      replace: '',
      tests: [[DISK, 'can be committed again, and deferred to a sweep of another process']],
    },
    {
      guard: 'takes back what was published half-way when it has to',
      file: 'src/storage/disk/disk-transaction.ts',
      find: "if (this.#state === 'failed') await withdrawFiles(place, id)",
      replace: '',
      tests: [[DISK, 'that could not be published can be taken back as a whole']],
    },
    {
      guard: 'gives nobody else a key that is promised',
      file: 'src/storage/disk/publication.ts',
      find: 'isPromised = await isReserved(folder, key)',
      replace: 'isPromised = false',
      tests: [
        [DISK, 'takes keys that some file systems take for the same for one'],
        [DISK, 'whose process died after preparing is %s'],
      ],
    },
    {
      guard: 'keeps the keys of what is prepared promised when its process is dead',
      file: 'src/storage/disk/draft-sweep.ts',
      find: ' && !(await exists(join(prepared, token.slice(dot + 1))))',
      replace: '',
      tests: [[DISK, 'whose process died after preparing is %s']],
    },
    {
      guard: 'settles no transaction of another process that lives',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: "return (await isAbandoned(name, join(folder.prepared, id))) ? 'ask' : undefined",
      replace: "return 'ask'",
      tests: [[DISK, 'of another process is left to it as long as that lives']],
    },
    {
      guard: 'settles no transaction of its own process that is still going on',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: 'if (name === processOwner()) return unsettled.get(id)',
      replace: "if (name === processOwner()) return unsettled.get(id) ?? 'ask'",
      tests: [[DISK, 'that lives is not settled by anybody else']],
    },
    {
      guard: 'asks `recover` what is to become of the transaction of a dead process',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: "settlement === 'ask' ? await recover(keys) : settlement",
      replace: "settlement === 'ask' ? 'publish' : settlement",
      tests: [
        [DISK, 'whose process died after preparing is %s'],
        [DISK, 'is asked for again where nobody could answer'],
      ],
    },
    {
      guard: 'takes a handler that has succeeded at its word, and asks nobody again',
      file: 'src/storage/disk/prepared-settlement.ts',
      find: "owner === DECIDED ? 'publish' : await settlementOf(place, id, owner)",
      replace: 'await settlementOf(place, id, owner)',
      tests: [[DISK, 'can be committed again, and deferred to a sweep of another process']],
    },
  ],
}
