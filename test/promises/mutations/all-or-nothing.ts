import type { GuardedPromise } from '../mutation.ts'

const FORM = 'src/protocols/form/form-protocol.test.ts'
const HANDLER = 'src/handler/upload-handler.test.ts'
const ADOPT = 'src/policy/adopt-file.test.ts'
const BINARY = 'src/protocols/binary/binary-protocol.test.ts'

export const ALL_OR_NOTHING: GuardedPromise = {
  heading: 'A request is stored as a whole or not at all',
  mutations: [
    {
      guard: 'discards every draft of a form that is refused',
      file: 'src/protocols/form/form-protocol.ts',
      find: 'await Promise.all(toDrafts(files).map((draft) => draft.discard()))',
      replace: '',
      tests: [
        [FORM, 'of a form nothing is kept > when %s'],
        [HANDLER, 'a second file that %s leaves nothing of the form'],
      ],
    },
    {
      guard: 'publishes no file of a form before the whole form has arrived',
      file: 'src/protocols/form/form-protocol.ts',
      find: 'end: () => draft.seal() }',
      replace: 'end: () => draft.seal().then(() => draft.publish()).then(() => undefined) }',
      tests: [
        [FORM, 'when it ends before its last delimiter'],
        [HANDLER, 'a second file that %s leaves nothing of the form'],
      ],
    },
    {
      guard: 'removes published files if a later file of the form cannot be published',
      file: 'src/policy/publish-together.ts',
      find: 'for (const { storage, published } of drafts) if (published !== undefined) await deleteFiles(storage, [published])',
      replace: '',
      tests: [[FORM, 'when one without transactions breaks after the first was published (%s)']],
    },
    {
      guard: 'removes published files if the storage of another file fails',
      file: 'src/policy/upload-transaction.ts',
      find: 'else if (isTakenBack) await deleteFiles(storage, files)',
      replace: '',
      tests: [
        [
          'src/policy/upload-transaction.test.ts',
          'of which one has no journal deletes the file that it has published there',
        ],
      ],
    },
    {
      guard: 'releases every reserved name of a form that fails, and makes its files drafts again',
      file: 'src/policy/publish-together.ts',
      find: 'if (await transaction.rollback()) throw error',
      replace: 'throw error',
      tests: [
        [FORM, 'when the storage breaks after the first was promised its key (%s)'],
        [
          'test/promises/all-or-nothing.test.ts',
          'a form that fails to $step on $kind leaves no file and takes no name',
        ],
      ],
    },
    {
      guard: 'removes the files if the answer about them cannot be made',
      file: 'src/handler/take-upload.ts',
      find: 'if (options.stored === undefined) await deleteFiles(set.storage, receipt.published)',
      replace: '',
      tests: [
        [
          'src/handler/page/page-answer.test.ts',
          'that fails after the files are stored removes them: a client that is told of a failure sends them again',
        ],
      ],
    },
    {
      guard: 'discards the draft of a body that is refused',
      file: 'src/protocols/binary/binary-protocol.ts',
      find: '    await draft.discard()\n',
      replace: '',
      tests: [
        [BINARY, 'of a body that turns out to be %s'],
        [BINARY, 'when the client vanishes'],
      ],
    },
    {
      guard: 'removes every temporary file of a form that `receive` refuses',
      file: 'src/receive/receive.ts',
      find: '    await dispose()\n',
      replace: '',
      tests: [['src/receive/spool/file-spool.test.ts', 'no temporary file is left > by a refusal']],
    },
    {
      guard: 'skips a file only if its first bytes prove that macOS has written it',
      file: 'src/protocols/form/companion-file.ts',
      find: 'if (byte !== this.#signature[this.#matched]) return',
      replace: 'if (byte > 255) return',
      tests: [
        [
          'src/protocols/form/companion-file.test.ts',
          'a form with what macOS keeps beside files > stores %j with the content %j like any other file',
        ],
      ],
    },
    {
      guard: 'leaves an adopted file in its old place until it has its new one',
      file: 'src/policy/take-over.ts',
      find: 'if (await origin.isThere()) file = await draft.publish()',
      replace: 'if (await origin.remove()) file = await draft.publish()',
      tests: [[ADOPT, 'if the storage fails, adopt rejects and the file stays as it was > at %s']],
    },
    {
      guard: 'gives a file to one of several callers that adopt it',
      file: 'src/policy/take-over.ts',
      find: '    throw error\n  }\n  await takeBack(draft)\n  return undefined',
      replace: '    throw error\n  }\n  return file',
      tests: [[ADOPT, 'goes to one of many that adopt it at once']],
    },
    {
      guard: 'keeps an adopted file if the deletion of the old one fails after the fact',
      file: 'src/policy/take-over.ts',
      find: 'if (!(await origin.isThere())) return file',
      replace: '',
      tests: [[ADOPT, 'but resolves if only the report of the removal failed: the file is in its new set']],
    },
  ],
}
