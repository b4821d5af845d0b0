/**
 * A real nginx for tests, with a configuration of its own in a temporary folder.
 *
 * A test that needs it says so, and is skipped on a machine without one (`describe.skipIf(!nginx)`). Under CI nothing
 * is skipped: without one the import itself fails, and with it the test file.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { findNginx, findOpenssl } from './find-nginx.ts'

/** The path of the machine's nginx, or undefined: for `describe.skipIf(!nginx)`. */
export const nginx: string | undefined = findNginx()

if (nginx === undefined && env['CI']) {
  throw new Error('CI must run the proxy tests, and no nginx was found: install it or set NGINX to its path')
}

/** The path of the machine's openssl, or undefined: for tests with `tls`. */
export const openssl: string | undefined = findOpenssl()

export interface NginxSettings {
  /** Lines of the `http` block, such as an `upstream`. */
  readonly http?: readonly string[]
  /** Lines of its one `server`. */
  readonly server: readonly string[]
  /** Whether clients speak TLS to it, with a self-signed certificate. */
  readonly tls?: boolean
}

/** An nginx that answers. It is killed, and its folder removed, when it is disposed of. */
export interface NginxProcess extends AsyncDisposable {
  readonly port: number
  /** Its log of errors so far. */
  errors(): string
}

/** Starts nginx and waits until it answers. */
export async function startNginx({ http = [], server, tls = false }: NginxSettings): Promise<NginxProcess> {
  if (nginx === undefined)
    throw new TypeError('This machine has no nginx: put describe.skipIf(!nginx) around the tests')
  const folder = mkdtempSync(join(tmpdir(), 'decant-nginx-'))
  const port = await freePort()
  const configuration = [
    'daemon off;',
    // One process, as the user of the tests.
    'master_process off;',
    `pid ${folder}/nginx.pid;`,
    'error_log stderr error;',
    'events { worker_connections 2048; }',
    'http {',
    'access_log off;',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`),
    ...http,
    'server {',
    `listen 127.0.0.1:${port}${tls ? ' ssl' : ''};`,
    ...(tls ? certificate(folder) : []),
    ...server,
    '}',
    '}',
  ]
  const path = join(folder, 'nginx.conf')
  writeFileSync(path, `${configuration.join('\n')}\n`)

  const child = spawn(nginx, ['-c', path, '-p', folder, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // An nginx that never answers ends soon after the tests.
    timeout: 300_000,
    killSignal: 'SIGKILL',
  })
  const exited = once(child, 'exit')
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`nginx did not start:\n${errors}`)
    await setTimeout(20)
  }
  return {
    port,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The lines of a key and a certificate for `files.example`. */
function certificate(folder: string): string[] {
  if (openssl === undefined)
    throw new TypeError('This machine has no openssl: put test.skipIf(!openssl) around the test')
  const [key, signed] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  execFileSync(openssl, [...made, '-subj', '/CN=files.example', '-keyout', key, '-out', signed], { stdio: 'pipe' })
  return [`ssl_certificate ${signed};`, `ssl_certificate_key ${key};`]
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // ECONNREFUSED: not yet.
    return false
  } finally {
    socket.destroy()
  }
}
