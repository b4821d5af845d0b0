// The Worker in workerd, as Cloudflare runs it, without an account: bundled, and started by Miniflare.
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

const path = fileURLToPath(new URL('worker.mjs', import.meta.url))
const { outputFiles } = await build({
  entryPoints: [path],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  // Chooses what Decant does without a file system and without node:crypto.
  conditions: ['workerd', 'worker'],
})
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 3000),
  compatibilityDate: '2026-04-20',
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents: outputFiles[0].text }],
})
console.log(`${await miniflare.ready}`)
process.once('SIGTERM', () => void miniflare.dispose())
