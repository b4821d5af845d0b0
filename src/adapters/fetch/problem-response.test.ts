import { expect, test } from 'vitest'
import { UploadError } from '../../errors/upload-error.ts'
import { problemResponse } from './problem-response.ts'

const request = new Request('http://localhost/')

test('a refusal is told with its status, its headers and its sentence', async () => {
  const response = await problemResponse(
    request,
    new UploadError('method-not-allowed', { method: 'PUT', allow: ['POST'] }),
  )
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('POST')
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.json()).toMatchObject({ code: 'method-not-allowed' })
})

test('of any other failure it says nothing but that there was one', async () => {
  const response = await problemResponse(request, new Error('the password is swordfish'))
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('swordfish')
})

test('the answer to HEAD has no content', async () => {
  const response = await problemResponse(
    new Request('http://localhost/', { method: 'HEAD' }),
    new UploadError('not-found', {}),
  )
  expect([response.status, await response.text()]).toEqual([404, ''])
})
