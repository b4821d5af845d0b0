// Loads a program that exports the handlers of a route, calls one of them with a form, and prints its status.
import { readFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'

const [, , program, method, fields] = argv
const routes = await import(pathToFileURL(program).href)
const body = new FormData()
for (const [name, value] of JSON.parse(fields)) {
  body.append(name, value === '@cat.png' ? new File([await readFile('cat.png')], 'cat.png') : value)
}
const request = new Request('http://localhost/photos', { method, ...(method === 'POST' && { body }) })
const response = await routes[method](request, { params: Promise.resolve({}) })
await response.arrayBuffer()
console.log(response.status)
