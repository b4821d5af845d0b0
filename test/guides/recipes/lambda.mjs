import assert from 'node:assert/strict'
import { pictureRequest } from './form-request.mjs'

/** An event of a function URL, as the manual of AWS Lambda shows it (payload format 2.0). */
function eventOf(headers, body) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/upload',
    rawQueryString: 'album=1&album=2',
    cookies: ['a=1', 'b=2'],
    headers: {
      ...headers,
      'x-amzn-trace-id': 'Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e',
      'x-forwarded-for': '203.0.113.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      host: 'abcdefg.lambda-url.eu-west-1.on.aws',
      accept: '*/*',
    },
    queryStringParameters: { album: '1,2' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abcdefg',
      domainName: 'abcdefg.lambda-url.eu-west-1.on.aws',
      domainPrefix: 'abcdefg',
      http: {
        method: 'POST',
        path: '/upload',
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.1',
        userAgent: 'agent',
      },
      requestId: 'e1506fd5-9e7b-434f-bd42-4f8fa224b599',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2026:19:03:58 +0000',
      timeEpoch: 1583348638390,
    },
    ...(body !== undefined && { body: body.toString('base64') }),
    isBase64Encoded: body !== undefined,
  }
}

export async function check({ handler }) {
  const invoke = async (headers, body) => {
    const result = await handler(eventOf(headers, body))
    assert.equal(result.isBase64Encoded, true)
    return [result.statusCode, JSON.parse(Buffer.from(result.body, 'base64').toString())]
  }
  const request = await pictureRequest('https://abcdefg.lambda-url.eu-west-1.on.aws/upload', 'file')
  const body = Buffer.from(await request.arrayBuffer())
  const headers = { 'content-type': request.headers.get('content-type'), 'content-length': String(body.length) }
  const [status, { name, size }] = await invoke(headers, body)
  assert.deepEqual([status, name, size > 60], [201, 'cat.png', true])
  const origin = 'https://abcdefg.lambda-url.eu-west-1.on.aws'
  assert.equal((await invoke({ ...headers, origin }, body))[0], 201)
  assert.equal((await invoke({ ...headers, origin: 'https://evil.example' }, body))[1].code, 'cross-site')
  assert.equal((await invoke(headers, body.subarray(0, -20)))[0], 400)
  assert.equal((await invoke({ 'content-type': 'text/plain' }))[0], 415)
}
