/** A program that runs the contracts, and what it is started with. */
export interface Runtime {
  /** Its common name, with its major version if there are several. */
  readonly name: string
  /** The packages that npm installs, and the one whose version is read. */
  readonly package: string
  readonly version: string
  /** Its program below `node_modules`, and what comes before the name of a script. */
  readonly command: readonly [program: string, ...options: string[]]
  readonly suites: readonly Suite[]
}

/** A contract on one server of a runtime. */
export interface Suite {
  readonly name: string
  /**
   * The promises that the runtime cannot keep, each with the reason that the table gives. Each has to fail, and no
   * other may.
   */
  readonly cannot: Readonly<Record<string, string>>
}

const ON_NODE: readonly Suite[] = [
  { name: 'node:http', cannot: {} },
  { name: 'Nest, Express', cannot: {} },
  { name: 'Nest, Fastify', cannot: {} },
  { name: 'disk', cannot: {} },
]

const OWN_CONTINUE = 'It asks for every body at once, before the handler sees the request.'

const NO_DELAYED_CONTINUE: Suite['cannot'] = {
  'does not ask for a body that is refused by its length, and says that it hangs up': OWN_CONTINUE,
  'refuses in full a client that does not wait to be asked': OWN_CONTINUE,
  'asks for the body only when it is read': OWN_CONTINUE,
}

/** The runtimes of the matrix. workerd is started in another way: `worker-suite.ts`. */
export const RUNTIMES: readonly Runtime[] = [
  {
    name: 'Node 22',
    package: 'node22@npm:node',
    version: '22.23.3',
    command: ['node22/bin/node'],
    suites: ON_NODE,
  },
  {
    name: 'Node 24',
    package: 'node24@npm:node',
    version: '24.21.0',
    command: ['node24/bin/node'],
    suites: ON_NODE,
  },
  {
    name: 'Node 26',
    package: 'node26@npm:node',
    version: '26.10.0',
    command: ['node26/bin/node'],
    suites: ON_NODE,
  },
  {
    name: 'Bun',
    package: 'bun',
    version: '1.4.5',
    command: ['.bin/bun'],
    suites: [{ name: 'Bun.serve', cannot: NO_DELAYED_CONTINUE }, ...ON_NODE],
  },
  {
    name: 'Deno',
    package: 'deno',
    version: '2.9.6',
    command: ['.bin/deno', 'run', '-A'],
    suites: [
      {
        name: 'Deno.serve',
        cannot: {
          ...NO_DELAYED_CONTINUE,
          'throws away an unexpected body of a request':
            'It closes the connection after the answer to a GET that has a body.',
          'tells a request without a body from one with an empty body':
            'In its `Request`, a `POST` without a body has an empty one.',
        },
      },
      ...ON_NODE,
    ],
  },
]

/** The framework that is tried in each runtime as it is on Node. */
export const NEST_PACKAGES: readonly string[] = [
  '@nestjs/common@12.5.1',
  '@nestjs/core@12.5.1',
  '@nestjs/platform-express@12.5.1',
  '@nestjs/platform-fastify@12.5.0',
  'reflect-metadata@0.2.2',
  'rxjs@7.8.2',
]

const LOST_CLIENT = 'The handler does not learn that a waiting client has gone away.'
const LATE_CONTINUE = 'It sends no `100 Continue`, so the client has to send the body without it.'

/** The same promises in workerd, behind the server of Miniflare. */
export const WORKERD: { readonly name: string; readonly version: string; readonly suites: readonly Suite[] } = {
  name: 'workerd',
  version: '1.20260426.1',
  suites: [
    {
      name: 'module worker',
      cannot: {
        'aborts the signal when a client goes away while it waits': LOST_CLIENT,
        'closes a body whose client goes away': 'It goes on reading a body when its client has gone away.',
        'never lets a body that fails look like a whole one': 'An answer that breaks off may end like a whole one.',
        'throws away an unexpected body of a request':
          'It closes the connection after the answer to a GET that has a body.',
        'asks a client that waits for its body': LATE_CONTINUE,
        'answers a client that is in the middle of sending, and goes on when it has sent the rest':
          'The client gets the answer, but the bytes that it sends then close the connection.',
        'does not ask for a body that is refused by its length, and says that it hangs up':
          'It answers at once, but does not say that it hangs up.',
        'asks for the body only when it is read': LATE_CONTINUE,
      },
    },
  ],
}

/** The program that starts workerd; Miniflare brings the version of workerd above. */
export const WORKER_PACKAGES: readonly string[] = ['miniflare@4.20260426.0', 'esbuild@0.28.2']
