import type { GuardedPromise } from './mutation.ts'
import { ABORTS } from './mutations/aborts.ts'
import { ACCESS } from './mutations/access.ts'
import { ALL_OR_NOTHING } from './mutations/all-or-nothing.ts'
import { BUCKETS } from './mutations/buckets.ts'
import { CHECKS } from './mutations/checks.ts'
import { CHUNKING } from './mutations/chunking.ts'
import { DIGESTS } from './mutations/digests.ts'
import { DURABLE } from './mutations/durable.ts'
import { HALF_WRITTEN } from './mutations/half-written.ts'
import { INERT_FILES } from './mutations/inert-files.ts'
import { INSIDE_THE_FOLDER } from './mutations/inside-the-folder.ts'
import { KEPT_FILES } from './mutations/kept-files.ts'
import { LIMITS_OF_EVERYTHING } from './mutations/limits.ts'
import { MALFORMED } from './mutations/malformed.ts'
import { NO_OVERWRITING } from './mutations/no-overwriting.ts'
import { OTHER_CLIENTS } from './mutations/other-clients.ts'
import { RANGES_AND_CONDITIONS } from './mutations/ranges.ts'
import { READS } from './mutations/reads.ts'
import { REAL_TYPES } from './mutations/real-types.ts'
import { REFUSAL_ARRIVES } from './mutations/refusal-arrives.ts'
import { STORED_BYTES } from './mutations/stored-bytes.ts'
import { STORED_NAMES } from './mutations/stored-names.ts'
import { TRANSACTIONS } from './mutations/transactions.ts'

/** In the order of docs/promises.md: the first has the number 1. */
export const PROMISES: readonly GuardedPromise[] = [
  STORED_BYTES,
  ALL_OR_NOTHING,
  ABORTS,
  HALF_WRITTEN,
  REFUSAL_ARRIVES,
  LIMITS_OF_EVERYTHING,
  CHUNKING,
  MALFORMED,
  INSIDE_THE_FOLDER,
  STORED_NAMES,
  NO_OVERWRITING,
  INERT_FILES,
  READS,
  RANGES_AND_CONDITIONS,
  OTHER_CLIENTS,
  REAL_TYPES,
  CHECKS,
  DIGESTS,
  DURABLE,
  ACCESS,
  TRANSACTIONS,
  KEPT_FILES,
  BUCKETS,
]
