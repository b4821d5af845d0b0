// nginx in one process: bodies by PUT through its dav module, and files by sendfile.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { findNginx } from '../server/find-nginx.ts'
import { folderArgument, report } from '../server/report-server.ts'

const NANOSECOND = 1e-9

const folder = folderArgument()
const program = findNginx()
if (program === undefined) throw new Error('There is no nginx.')

const own = mkdtempSync(join(tmpdir(), 'decant-nginx-'))
const port = await freePort()
writeFileSync(
  join(own, 'nginx.conf'),
  `daemon off; master_process off; pid ${own}/pid; error_log stderr;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path ${folder}/.decant; proxy_temp_path ${own}/proxy; fastcgi_temp_path ${own}/fastcgi;
  uwsgi_temp_path ${own}/uwsgi; scgi_temp_path ${own}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=1024; root ${folder};
    client_max_body_size 0; client_body_buffer_size 1m; dav_methods PUT;
  }
}
`,
)
process.on('exit', () => rmSync(own, { recursive: true, force: true }))
const child = spawn(program, ['-p', own, '-c', join(own, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] })
const end = (): void => {
  child.kill()
  process.exit()
}
child.on('exit', () => process.exit(1))
process.on('SIGTERM', end)
process.on('disconnect', end)
await untilListening()
report(port, () => {
  const ofProcess = (name: string): string => readFileSync(`/proc/${child.pid}/${name}`, 'utf8')
  const [nanoseconds] = ofProcess('schedstat').split(' ')
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(ofProcess('status')) ?? []
  return { cpuSeconds: Number(nanoseconds) * NANOSECOND, peakBytes: Number(kilobytes) * 1024 }
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('No port')
  return address.port
}

async function untilListening(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      // It does not listen yet.
      await setTimeout(20)
    } finally {
      socket.destroy()
    }
  }
  throw new Error('nginx does not start.')
}
