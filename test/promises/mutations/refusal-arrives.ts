import type { GuardedPromise } from '../mutation.ts'

const NODE = 'src/adapters/node/node-handler.contract.test.ts'
const FETCH = 'src/adapters/fetch/fetch-handler.contract.test.ts'
const AFTERWARDS = 'refuses ${title} to a client that reads only after it has sent all'

export const REFUSAL_ARRIVES: GuardedPromise = {
  heading: 'A refusal reaches the client',
  mutations: [
    {
      guard: 'ends a refusal only after the rest of the body is discarded, since Node may then close the connection',
      file: 'src/adapters/node/write-outgoing.ts',
      find: 'await incoming.body?.drain()',
      replace: '',
      tests: [[NODE, AFTERWARDS]],
    },
    {
      guard: 'continues to read the body of a refused client',
      file: 'src/http/discard-body.ts',
      find: 'maxBytes: 512 * 1024 ** 2,',
      replace: 'maxBytes: 0,',
      tests: [[NODE, AFTERWARDS]],
    },
    {
      guard: 'answers on a Fetch server only after the body is discarded',
      file: 'src/http/discard-body.ts',
      find: 'if (!body.fullDuplex) await body.drain()',
      replace: 'if (!body.fullDuplex) return',
      tests: [[FETCH, AFTERWARDS]],
    },
    {
      guard: 'refuses a file by its announced length before its first byte',
      file: 'src/policy/upload-set.ts',
      find: 'if (size !== undefined && size > maxFileSize) {',
      replace: 'if (size !== undefined && size < 0) {',
      tests: [
        ['src/policy/save-source.test.ts', 'an announced size over the limit is refused before the first byte'],
        [NODE, 'answers before the first byte of a body whose length is too much'],
      ],
    },
    {
      guard: 'does not ask a client that waits for `100 Continue` for a body that is refused',
      file: 'src/http/discard-body.ts',
      find: 'else if (!waitsToSend(incoming)) void body.drain()',
      replace: 'else void body.drain()',
      tests: [[NODE, 'does not ask for a body that is refused by its length, and says that it hangs up']],
    },
    {
      guard: 'sends `100 Continue` only when the body is read',
      file: 'src/adapters/node/attach.ts',
      find: "request.on('newListener', goOn)",
      replace: 'response.writeContinue()',
      tests: [[NODE, 'asks for the body only when it is read']],
    },
  ],
}
