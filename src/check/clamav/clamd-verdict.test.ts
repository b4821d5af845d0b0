import { expect, test } from 'vitest'
import { parseVerdict } from './clamd-verdict.ts'

test('the three answers to a stream are understood', () => {
  expect(parseVerdict('stream: OK\0')).toEqual({ kind: 'clean' })
  expect(parseVerdict('INSTREAM size limit exceeded. ERROR\0')).toEqual({ kind: 'too-large' })
  expect(parseVerdict('stream: Eicar-Test-Signature FOUND\0')).toEqual({
    kind: 'infected',
    signature: 'Eicar-Test-Signature',
  })
})

test.each(['Eicar-Test-Signature(44d88612fea8a8f36de82e1278abb02f:68)', 'Win.Test.EICAR_HDB-1', 'Two words', 'OK'])(
  'a signature may be called %s',
  (signature) => {
    expect(parseVerdict(`stream: ${signature} FOUND\0`)).toEqual({ kind: 'infected', signature })
  },
)

const NO_VERDICTS = [
  '\0',
  'OK\0',
  'stream: ok\0',
  'stream: OK',
  'stream: OK\n',
  'stream: OK\n\0',
  'stream: OK \0',
  ' stream: OK\0',
  '1: stream: OK\0',
  'stream: OK\0\0',
  'stream: OK\0stream: Eicar-Test-Signature FOUND\0',
  'stream: Eicar-Test-Signature FOUND\0stream: OK\0',
  '/etc/passwd: OK\0',
  'stream:  FOUND\0',
  'stream: FOUND\0',
  'stream: \r\nX-Header: 1 FOUND\0',
  'stream: Time limit reached ERROR\0',
  'UNKNOWN COMMAND\0',
  'COMMAND READ TIMED OUT\0',
  'PONG\0',
  'HTTP/1.1 200 OK\r\n\r\n\0',
]

test.each(NO_VERDICTS)('%j is not a verdict', (answer) => {
  expect(parseVerdict(answer)).toBeUndefined()
})

test('an OK with any one of its characters missing, doubled or changed is not a verdict', () => {
  const ok = 'stream: OK\0'
  for (let at = 0; at < ok.length; at++) {
    const [before, character, after] = [ok.slice(0, at), ok.slice(at, at + 1), ok.slice(at + 1)]
    for (const other of ['', character + character, 'x', '\0']) {
      if (other !== character) expect(parseVerdict(before + other + after)).toBeUndefined()
    }
  }
})
