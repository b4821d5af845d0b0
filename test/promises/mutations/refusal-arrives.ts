import type { GuardedPromise } from '../mutation.ts'

const NODE = 'src/adapters/node/node-handler.contract.test.ts'
const FETCH = 'src/adapters/fetch/fetch-handler.contract.test.ts'
const WORDS = 'src/errors/in-own-words.test.ts'
const REFUSED = 'src/errors/refused.test.ts'
const HANDLER_WORDS = 'src/handler/own-words.test.ts'
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
    {
      guard: 'answers with its own sentence if the one of the application throws',
      file: 'src/errors/in-own-words.ts',
      find: '    onFault(fault)\n    return undefined',
      replace: '    throw fault',
      tests: [
        [WORDS, 'that %s is told, and the client gets the usual one'],
        ['src/adapters/own-words.test.ts', 'keeps its own sentence if a translation throws, and the mistake is told'],
        [HANDLER_WORDS, 'falls back to the usual sentence if it throws, and `onError` gets the mistake'],
      ],
    },
    {
      guard: 'tells the developer of a sentence that is not a text',
      file: 'src/errors/in-own-words.ts',
      find: "(typeof sentence === 'string' && sentence.trim() !== '')",
      replace: "typeof sentence === 'string'",
      tests: [[WORDS, 'that %s is told, and the client gets the usual one']],
    },
    {
      guard: "gives a code's own sentence only if the table of the application itself has it",
      file: 'src/errors/in-own-words.ts',
      find: 'Object.hasOwn(sentences, code) ? sentences[code] : undefined',
      replace: 'sentences[code]',
      tests: [[WORDS, 'is looked up in the table itself, not in its prototype']],
    },
    {
      guard: 'lets no detail of a refusal take the place of its status, title or sentence',
      file: 'src/errors/problem.ts',
      find: 'return { ...head, ...details, ...head }',
      replace: 'return { ...head, ...details }',
      tests: [
        [REFUSED, 'details of other codes never change the status'],
        [WORDS, 'takes nothing from the refusal but its words'],
      ],
    },
    {
      guard: 'refuses a status of an own refusal that would need other headers, or that is not a refusal',
      file: 'src/errors/checked-refusal.ts',
      find: '!OTHER_STATUSES.includes(value)',
      replace: 'OTHER_STATUSES.length > 0',
      tests: [[REFUSED, 'with status %s is a mistake of the developer']],
    },
    {
      guard: 'tells the seconds after which a client may try again as a whole number',
      file: 'src/errors/checked-refusal.ts',
      find: 'Math.ceil(retryAfter)',
      replace: 'Number(retryAfter)',
      tests: [[REFUSED, '%d seconds are the header and a member of the problem, as whole seconds']],
    },
    {
      guard: 'sends Retry-After with every refusal that has such a time',
      file: 'src/http/problem-outgoing.ts',
      find: "if ('retryAfter' in details && details.retryAfter !== undefined)",
      replace: "if ('retryAfter' in details && details.retryAfter === -1)",
      tests: [
        [REFUSED, '%d seconds are the header and a member of the problem, as whole seconds'],
        [
          'src/adapters/own-words.test.ts',
          'arrives with its status, its sentence and Retry-After, and in the language of the request',
        ],
      ],
    },
    {
      guard: 'does not make a browser ask for a password if the application has sessions',
      file: 'src/handler/page/page-answer.ts',
      find: 'rights.unauthenticated?.details.challenge !== undefined',
      replace: 'rights.unauthenticated !== undefined',
      tests: [
        [
          HANDLER_WORDS,
          'for a missing session has no challenge, and the page has no link that would ask for a password',
        ],
      ],
    },
  ],
}
