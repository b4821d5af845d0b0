import type { GuardedPromise } from '../mutation.ts'
import { SCOPES } from './scopes.ts'

const CREDENTIALS = 'src/access/credentials.test.ts'
const SPELLINGS = 'src/handler/key-spelling.test.ts'
const OTHER_SITES = 'src/receive/other-sites.test.ts'
const REFUSED = 'a form that another site makes a browser send to %s > is refused with a sentence that names the option'
const UNSEEN = 'src/handler/unseen-names.test.ts'
const LINKS = 'src/access/signed-links.test.ts'
const KINDS = 'Forwarded and X-Forwarded headers in one request'
const OTHER_KIND = `${KINDS} > the kind that the option names counts, and the other kind is ignored`
const BOTH_KINDS = `${KINDS} > neither kind counts without a setting, and the operator is warned (beside %s)`
const GATE = 'src/handler/gate.test.ts'
const BEHIND_PROXY = 'src/adapters/node/behind-proxy.test.ts'
const PLANS = 'src/handler/serve-plans.test.ts'

export const ACCESS: GuardedPromise = {
  heading: 'Each client can do only what you allow',
  mutations: [
    {
      guard: 'asks `authorize` before it reads a form, and accepts only `true`',
      file: 'src/handler/form-handler.ts',
      find: 'if (allowed !== true) throw',
      replace: 'if (allowed === null) throw',
      tests: [['src/handler/form-handler.test.ts', 'a form behind a URL is refused > if authorize %s']],
    },
    {
      guard: 'checks the host and the site of a form',
      file: 'src/handler/form-handler.ts',
      find: 'this.#guards.check(incoming)',
      replace: '',
      tests: [
        [
          'src/handler/form-handler.test.ts',
          'a form behind a URL is refused > if a page of another site sent it, unless the handler lists its origin',
        ],
        [
          'src/handler/form-handler.test.ts',
          'a form behind a URL is refused > if it asks another host, and if all slots are taken',
        ],
      ],
    },
    {
      guard: 'puts no file of an absent user into the root',
      file: 'src/policy/file-place.ts',
      find: "if (value !== undefined && value !== '') continue",
      replace: 'if (option !== undefined) continue',
      tests: [
        [
          'src/handler/hooks.test.ts',
          'that returns the folder of an absent id is a failure of the server, and never the root',
        ],
        [
          'src/form/input-places.test.ts',
          'the place of a file input, in %s, > is a TypeError that says what to do if it is %s, and nothing is left',
        ],
      ],
    },
    {
      guard: 'asks `authorize` before it does anything, and accepts only `true`',
      file: 'src/handler/gate.ts',
      find: 'if (allowed !== true) throw',
      replace: 'if (allowed === null) throw',
      tests: [['src/handler/access.test.ts', 'that gives %s refuses, before any byte is read or deleted']],
    },
    {
      guard: 'checks before a PUT whether the client may know which names are taken',
      file: 'src/handler/gate.ts',
      find: 'if (this.#options.authorize === undefined) return true',
      replace: 'if (this.#options !== undefined) return true',
      tests: [
        [UNSEEN, 'a client that may only upload > gets the same answer to %s, whether or not the name is taken'],
        [UNSEEN, 'a client that may only upload > learns that a name is taken only after the whole file has come'],
      ],
    },
    {
      guard: 'uses the spelling of the client for a file that the client may not see',
      file: 'src/protocols/binary/binary-protocol.ts',
      find: 'const wanted = unseenAs ?? key',
      replace: 'const wanted = key',
      tests: [[UNSEEN, 'a client that may only upload > gets the same answer to %s, whether or not the name is taken']],
    },
    {
      guard: 'looks for a file that the client may not see only after the new one is complete',
      file: 'src/protocols/binary/binary-protocol.ts',
      find: 'if (unseenAs !== undefined) await checkFree(set, key)',
      replace: '',
      tests: [
        [UNSEEN, 'a client that may only upload > learns that a name is taken only after the whole file has come'],
      ],
    },
    {
      guard: 'answers a failed condition as if there were no file, if the client may not fetch',
      file: 'src/handler/remove-file.ts',
      find: 'if (isUnseen && isUploadError(error)',
      replace: 'if (!isUnseen && isUploadError(error)',
      tests: [
        [UNSEEN, 'a client that may delete but not fetch learns nothing of a file by a condition that does not hold'],
      ],
    },
    {
      guard: 'uses the spelling of the client for a file that it does not delete',
      file: 'src/handler/remove-file.ts',
      find: 'unseenAs === undefined ? route.key : route.scope.keyOf(unseenAs)',
      replace: 'route.key',
      tests: [
        [UNSEEN, 'a client that may delete but not fetch learns nothing of a file by a condition that does not hold'],
      ],
    },
    {
      guard: 'passes `authorize` the spelling of lists, for every spelling of the client',
      file: 'src/handler/enter.ts',
      find: 'return scope.keyOf(known)',
      replace: 'return scope.keyOf(known === "" ? known : askedKey)',
      tests: [
        [SPELLINGS, 'a file whose name is in %s, asked for in %s > is known to the hook by the spelling of the list'],
        [SPELLINGS, 'a key that no file has yet > that a hook denies is denied in every spelling: %j'],
      ],
    },
    {
      guard: 'finds out how a folder that folds case spells a key',
      file: 'src/storage/disk/key-spelling.ts',
      find: 'const name = foldsForms || (await this.#mayFoldCase(folder)) ?',
      replace: 'const name = foldsForms ?',
      tests: [
        [
          'src/storage/disk/key-spelling.test.ts',
          'in a folder that folds case, on a disk %s, > a key is found as its folders spell it: %j is %j',
        ],
        [
          'test/names/case-insensitive.test.ts',
          'a hook of a handler sees each key as the folders spell it, so that what it denies is denied in every case',
        ],
      ],
    },
    {
      guard: 'checks each folder for case folding, since single folders may fold case',
      file: 'src/storage/disk/key-spelling.ts',
      find: 'const known = this.#foldsCase.get(folder)',
      replace: "const known = this.#foldsCase.get(folder) ?? this.#foldsCase.get('')",
      tests: [
        [
          'src/storage/disk/key-spelling.test.ts',
          'a key is found as its folders spell it if only the inner folder folds case, as on a mounted disk',
        ],
      ],
    },
    {
      guard: 'refuses a number as a secret, which would become that many zero bytes',
      file: 'src/access/signer.ts',
      find: "if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {",
      replace: 'if (secret === undefined) {',
      tests: [
        [
          'test/misuse/javascript-calls.test.ts',
          'a call that only JavaScript allows is a TypeError that says what to do: > %s',
        ],
      ],
    },
    {
      guard: 'refuses an unknown secret, even for actions that are open to all',
      file: 'src/access/credentials.ts',
      find: 'if (known === undefined) {',
      replace: 'if (known === undefined) {\n      if (anonymous.includes(action)) return true',
      tests: [[CREDENTIALS, 'refuse an unknown credential, even for actions that are open to all']],
    },
    {
      guard: 'compares a secret with every entry, even after one has matched',
      file: 'src/access/credentials.ts',
      find: '.filter((entry) => isSameDigest(entry[shown.scheme], digest))',
      replace: '.slice(0, 1).filter((entry) => isSameDigest(entry[shown.scheme], digest))',
      tests: [
        [
          CREDENTIALS,
          'looks at every entry, whether the first, the last or none fits, and makes one digest of the credential',
        ],
      ],
    },
    {
      guard: 'opens only the signed key and set by a link',
      file: 'src/access/signed-links.ts',
      find: "if (!isGenuine) throw new UploadError('invalid-link', {})",
      replace: '',
      tests: [
        [LINKS, 'opens no other file and no other set, even if names could be read in two ways'],
        [LINKS, 'is forged whichever character of its signature is another one'],
      ],
    },
    {
      guard: 'opens by a link only the file that was signed',
      file: 'src/access/signed-links.ts',
      find: '(file !== undefined && linkVersion(file) === version)',
      replace: 'file !== undefined',
      tests: [
        [LINKS, 'opens no other file that has its key now, and nothing if its file is gone'],
        [GATE, 'opens no file that took the place of its own (%s)'],
      ],
    },
    {
      guard: 'checks a link against the file that it is about to send',
      file: 'src/handler/serve-download.ts',
      find: 'link?.check(file?.entry)',
      replace: '',
      tests: [[GATE, 'opens no file that took the place of its own (%s)']],
    },
    {
      guard: 'opens no file by an expired link',
      file: 'src/access/signed-links.ts',
      find: "if (Date.now() >= Number(expires) * 1000) throw new UploadError('link-expired', {})",
      replace: '',
      tests: [[LINKS, 'that has expired is told so, and only if it is genuine']],
    },
    {
      guard: 'refuses a request that another site makes a browser send',
      file: 'src/access/check-site.ts',
      find: "throw new UploadError('cross-site', { origin: origin ?? 'another site', ...hintFor(origin, site, rules) })",
      replace: '',
      tests: [
        ['src/handler/access.test.ts', 'cross-site requests > %j: %i'],
        [OTHER_SITES, 'the headers of a browser: a form > with %j: %i'],
      ],
    },
    {
      guard: 'compares the host that a proxy reports, even if the proxy connects to loopback',
      file: 'src/access/check-site.ts',
      find: 'if (known.every(({ hostname }) => LOOPBACK.test(hostname))) return true',
      replace: 'if (LOOPBACK.test(asked.hostname)) return true',
      tests: [[OTHER_SITES, 'the headers of a browser: a form > with %j: %i']],
    },
    {
      guard: 'refuses the form of another site in `receive`',
      file: 'src/receive/receive.ts',
      find: 'checkSite(incoming, rules)',
      replace: '',
      tests: [[OTHER_SITES, REFUSED]],
    },
    {
      guard: 'refuses the form of another site in `parts`',
      file: 'src/receive/parts.ts',
      find: 'checkSite(incoming, rules)',
      replace: '',
      tests: [[OTHER_SITES, REFUSED]],
    },
    {
      guard: 'refuses the form of another site in `uploadForm`',
      file: 'src/form/upload-form.ts',
      find: 'checkSite(incoming, this.#rules)',
      replace: '',
      tests: [[OTHER_SITES, REFUSED]],
    },
    {
      guard: 'accepts no other credentials as a bearer token',
      file: 'src/access/check-site.ts',
      find: String.raw`/^bearer +[^\s,]/i`,
      replace: '/./',
      tests: [
        [
          OTHER_SITES,
          'a form that another site makes a browser send to %s > is accepted with a bearer token, but not with Basic credentials',
        ],
      ],
    },
    {
      guard: 'does not take an app for a page of its own site',
      file: 'src/access/check-site.ts',
      find: "if (page.protocol !== 'http:' && page.protocol !== 'https:') return false",
      replace: '',
      tests: [
        ['src/handler/access.test.ts', 'cross-site requests > %j: %i'],
        [BEHIND_PROXY, 'an app with a scheme of its own never counts as this site, even with the same host'],
      ],
    },
    {
      guard: "compares ports, unless a trusted proxy hides the client's port",
      file: 'src/access/check-site.ts',
      find: 'if (isHostKnown) return isPortKnown ? asked.host === page.host :',
      replace: 'if (isHostKnown) return',
      tests: [
        ['src/handler/access.test.ts', 'cross-site requests > %j: %i'],
        [BEHIND_PROXY, 'that is trusted is compared with as much of the host as is known: %j'],
      ],
    },
    {
      guard: 'lets no page of an origin that is not listed read an answer',
      file: 'src/handler/cors.ts',
      find: 'if (origin === undefined || !isFromOrigin(incoming, origins)) return vary',
      replace: 'if (origin === undefined) return vary',
      tests: [['src/handler/cors.test.ts', 'gives %s, which is not listed, no permission to read the answer']],
    },
    {
      guard: 'lets no other site embed a file that `authorize` alone has allowed',
      file: 'src/handler/serve-plans.ts',
      find: "authorized: toPlan('same-origin', false)",
      replace: 'authorized: toPlan(openPolicy, false)',
      tests: [[PLANS, 'a picture on the page of another site > %s']],
    },
    {
      guard: 'lets no cache serve files if `authorize` decides about them',
      file: 'src/handler/serve-plans.ts',
      find: 'if (options.public === true && authorize !== undefined) {',
      replace: 'if (authorize === null) {',
      tests: [[PLANS, 'no cache, since options that contradict each other are a TypeError at start: %j']],
    },
    {
      guard: 'ignores a stripped path that leads to another site',
      file: 'src/http/path-prefix.ts',
      find: 'SEGMENTS.test(prefix) && ',
      replace: '',
      tests: [
        ['src/http/path-prefix.test.ts', '%j is not a valid prefix of URLs'],
        [BEHIND_PROXY, 'is ignored if it could lead elsewhere, and the operator is told once'],
      ],
    },
    {
      guard: 'answers only to its known host names',
      file: 'src/handler/check-host.ts',
      find: "if (!isKnown(toName(host))) throw new UploadError('unknown-host', { host })",
      replace: '',
      tests: [['src/handler/access.test.ts', 'the Host > %j: %i']],
    },
    {
      guard: "does not take a stranger's page for a proxy with a known name",
      file: 'src/handler/check-host.ts',
      find: "if (!isSafe) throw new UploadError('unknown-host', { host: proxyHost })",
      replace: '',
      tests: [
        [BEHIND_PROXY, 'the host %s of the connection is that of a proxy, or of a page that calls itself one: %i'],
      ],
    },
    {
      guard: 'answers other machines only to names that no stranger can have',
      file: 'src/cli/own-names.ts',
      find: 'all.includes(name) || (takesAddresses && isAddress(name))',
      replace: 'takesAddresses || all.includes(name)',
      tests: [['src/cli/own-names.test.ts', 'a server that listens on %s > does not answer to %j']],
    },
    {
      guard: 'believes headers about the client only from listed proxies',
      file: 'src/http/forwarded.ts',
      find: 'if (peer === undefined || !isTrusted(peer)) return incoming',
      replace: 'if (peer === undefined) return incoming',
      tests: [
        ['src/http/forwarded.test.ts', 'a peer that is not a trusted proxy > is not believed (%s)'],
        [BEHIND_PROXY, 'nothing of it counts (%j)'],
      ],
    },
    {
      guard: 'ignores forwarding headers of a kind that the proxies do not write',
      file: 'src/http/forwarded.ts',
      find: 'if (kind !== undefined) return fieldsOf(kind) ?? NO_FIELDS',
      replace: '',
      tests: [
        ['src/http/forwarded.test.ts', OTHER_KIND],
        [BEHIND_PROXY, 'a client cannot name itself by the kind of header that the proxy does not write'],
      ],
    },
    {
      guard: 'ignores both kinds of forwarding headers if a request has both and no setting chooses',
      file: 'src/http/forwarded.ts',
      find: 'if (addresses.length + hosts.length + schemes.length === 0) return forwarded',
      replace: 'if (addresses.length + hosts.length + schemes.length !== -1) return forwarded',
      tests: [
        ['src/http/forwarded.test.ts', BOTH_KINDS],
        [BEHIND_PROXY, 'a client cannot name itself by the kind of header that the proxy does not write'],
      ],
    },
    {
      guard: 'ignores forwarding entries from before the trusted proxies',
      file: 'src/http/forwarded.ts',
      find: 'if (!isTrusted(clientAddress)) break',
      replace: '',
      tests: [['src/http/forwarded.test.ts', 'the client > %s: %s']],
    },
    {
      guard: 'lets no other user of the machine read the files of a server with --auth',
      file: 'src/cli/serve-settings.ts',
      find: 'access.file !== undefined || access.credentials !== undefined',
      replace: 'false',
      tests: [
        [
          'src/cli/serve-settings.test.ts',
          'files are private to the user of the machine with credentials or --private: %j %j',
        ],
      ],
    },
    {
      guard: 'makes folders with the permissions of `folderMode`',
      file: 'src/storage/disk/plain-folder.ts',
      find: 'await newFolder(folder, mode)',
      replace: 'await newFolder(folder)',
      tests: [
        [
          'src/storage/disk/file-modes.test.ts',
          'makes only files and folders that no other user can read, with private modes',
        ],
      ],
    },
    ...SCOPES,
  ],
}
