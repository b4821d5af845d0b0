import type { Mutation } from '../mutation.ts'

const SCOPE = 'src/handler/scope.test.ts'
const HOOKS = 'src/handler/hooks.test.ts'

/** The guards of applications with users: scopes and hooks. */
export const SCOPES: readonly Mutation[] = [
  {
    guard: 'takes only `ROOT` and a safe folder as a scope',
    file: 'src/handler/scope.ts',
    find: "if (typeof result === 'string' && isSafeFolder(result)) return new Scope(result)",
    replace: "return new Scope(String(result ?? ''))",
    tests: [[SCOPE, 'a scope > that is %s is a failure of the server, and never the root']],
  },
  {
    guard: 'asks `authorize` if the scope fails',
    file: 'src/handler/enter.ts',
    find: "if (allowed !== true) throw new UploadError('forbidden', { action })",
    replace: '',
    tests: [[SCOPE, 'a scope > that fails for a client without a user lets `authorize` refuse first']],
  },
  {
    guard: 'lists only the scope of the client',
    file: 'src/handler/list-files.ts',
    find: 'folder === undefined ? scope.folder : scope.keyOf(folder)',
    replace: "folder ?? ''",
    tests: [
      [SCOPE, 'a scope > shows each user only the own files, under relative keys and URLs'],
      ['src/handler/folders.test.ts', 'the list of one folder > is relative to the scope'],
    ],
  },
  {
    guard: 'tells no folder above the scope in a refusal',
    file: 'src/handler/scoped-refusal.ts',
    find: 'folder !== undefined && scope.holds(folder) && { folder: scope.tell(folder) }',
    replace: 'folder !== undefined && { folder }',
    tests: [
      [
        'src/handler/folders.test.ts',
        'a handler whose set keeps folders > never tells the scope in a refusal of a folder',
      ],
    ],
  },
  {
    guard: 'keeps the folder of a list out of its cursors',
    file: 'src/storage/list-cursor.ts',
    find: 'const below = key.slice(prefix.length)',
    replace: 'const below = key',
    tests: [[SCOPE, 'a scope > never shows in a refusal, a cursor or a page of a list']],
  },
  {
    guard: 'makes the keys of a refusal relative to the scope',
    file: 'src/handler/scoped-refusal.ts',
    find: "if (scope.folder === '') return refusal",
    replace: 'if (scope.folder !== undefined) return refusal',
    tests: [[SCOPE, 'a scope > never shows in a refusal, a cursor or a page of a list']],
  },
  {
    guard: 'opens a file in a scope only by a link whose signature covers its folder',
    file: 'src/handler/enter.ts',
    find: "if (others.length > 0) throw new UploadError('invalid-link', {})",
    replace: '',
    tests: [
      [SCOPE, 'a signed link behind a scope > opens its file for any client, and tells the folder in its query alone'],
    ],
  },
  {
    guard: 'lists nothing on the page that refuses a link',
    file: 'src/handler/gate.ts',
    find: 'if (route.isLinked) return { list: false, upload: false, unauthenticated: undefined }',
    replace: '',
    tests: [[SCOPE, 'a signed link behind a scope > lists no files on the page of its refusal, in a handler %s']],
  },
  {
    guard: 'tells caches that each user has another file at a URL',
    file: 'src/handler/upload-handler.ts',
    find: "options.scope === undefined ? [] : ['Cookie', 'Authorization']",
    replace: '[]',
    tests: [[SCOPE, 'a scope > makes answers private to the user, for every cache']],
  },
  {
    guard: 'gives a hook up when its client has gone',
    file: 'src/handler/until-gone.ts',
    find: 'return await Promise.race([gone.promise, work])',
    replace: 'return await work',
    tests: [[HOOKS, 'a query of a database library is abandoned when the client goes']],
  },
  {
    guard: 'takes the failure of a hook whose client has gone, which would end the process',
    file: 'src/handler/until-gone.ts',
    find: 'if (signal.aborted) give()',
    replace: 'if (signal.aborted) throw signal.reason',
    tests: [[HOOKS, 'a hook that fails after its client has gone ends neither its request nor the process']],
  },
  {
    guard: 'waits for the query of a database library before it chooses the place of a file',
    file: 'src/handler/take-upload.ts',
    find: 'return isThenable(chosen) ?',
    replace: 'return chosen instanceof Promise ?',
    tests: [[HOOKS, 'a hook may return a query of a database library, which is a thenable and no promise']],
  },
  {
    guard: 'deletes the file that `deleted` was told of, and no later one',
    file: 'src/handler/remove-file.ts',
    find: 'await set.storage.delete(key, { version: entry.version })',
    replace: 'await set.storage.delete(key)',
    tests: [
      [HOOKS, 'deleted > is not called if a condition does not hold, and never for a later file of the same key'],
    ],
  },
  {
    guard: 'opens no draft for a file whose place is known too late',
    file: 'src/protocols/form/form-protocol.ts',
    find: 'if (isOver) return new IgnoredFile()',
    replace: '',
    tests: [[HOOKS, 'place > that answers late leaves no draft of a form that was refused before']],
  },
]
