import { once } from 'node:events'
import { createServer } from 'node:http'
import type { TestProject } from 'vitest/node'
import { startEngine } from './start-engine.ts'
import type { StartedEngine } from './start-engine.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers with the `EngineAccess` of the engine that all test files share. The first request starts it. */
    readonly s3EngineUrl: string
  }
}

/** Gives all test files one engine. It is started when the first of them needs it, and ends with the test run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let engine: Promise<StartedEngine> | undefined
  const server = createServer((_, response) => {
    engine ??= startEngine()
    engine.then(
      ({ access }) => response.end(JSON.stringify(access)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has no port')
  project.provide('s3EngineUrl', `http://127.0.0.1:${address.port}/`)
  return async () => {
    server.close()
    // One that failed to start has removed its traces, and its tests have told why.
    await engine?.then(
      async (started) => started[Symbol.asyncDispose](),
      () => {},
    )
  }
}
