import { expectTypeOf, test } from 'vitest'
import type { DEFAULTS, EXECUTABLES, TEXT } from './extension-groups.ts'

test('a group keeps its members in its type', () => {
  expectTypeOf<typeof TEXT>().toEqualTypeOf<readonly ['txt']>()
  expectTypeOf<(typeof EXECUTABLES)[number]>().toEqualTypeOf<'so' | 'exe' | 'dll'>()
  expectTypeOf<(typeof DEFAULTS)['length']>().toEqualTypeOf<31>()
})
