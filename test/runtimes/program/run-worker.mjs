// Starts the worker in Miniflare and has it run every promise; prints what `contract.mjs` does.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('worker.mjs', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  conditions: ['workerd', 'worker'],
  external: ['node:*'],
})
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port: 0,
  compatibilityDate: '2026-04-20',
  // For the client of the contract; Decant itself does not need it.
  compatibilityFlags: ['nodejs_compat'],
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents: outputFiles[0].text }],
})
const origin = await miniflare.ready
for (let index = 0; ; index += 1) {
  const [outcome] = await (await fetch(new URL(`/run-contract/${index}`, origin))).json()
  if (outcome === undefined) break
  console.log(JSON.stringify(outcome))
}
await miniflare.dispose()
