import { CONDITION_FACTS } from './facts/condition-facts.ts'
import { COPY_FACTS } from './facts/copy-facts.ts'
import { UPLOAD_FACTS } from './facts/upload-facts.ts'
import { LIST_FACTS } from './facts/list-facts.ts'
import { OBJECT_FACTS } from './facts/object-facts.ts'
import type { EngineFact } from './facts/engine-fact.ts'

/** All that is known of the engines. Of `ceph16` all was seen on Ceph 16.2.15. */
export const ENGINE_FACTS: readonly EngineFact[] = [
  ...CONDITION_FACTS,
  ...COPY_FACTS,
  ...UPLOAD_FACTS,
  ...LIST_FACTS,
  ...OBJECT_FACTS,
]
