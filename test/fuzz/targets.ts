import { fetchRequests } from './fetch-requests.ts'
import { filename } from './filename.ts'
import { formParts } from './form-parts.ts'
import { headerGrammar } from './header-grammar.ts'
import { key } from './key.ts'
import { multipartDecoder } from './multipart-decoder.ts'
import { multipartEncoder } from './multipart-encoder.ts'
import { requests } from './requests.ts'
import { serveFileTarget } from './serve-file.ts'
import { clientPath } from './client-path.ts'
import type { Target } from './target.ts'
import { urlencodedDecoder } from './urlencoded-decoder.ts'

/** All that is fuzzed, each in the file of its name. */
export const TARGETS: readonly Target[] = [
  multipartDecoder,
  multipartEncoder,
  urlencodedDecoder,
  formParts,
  filename,
  key,
  clientPath,
  headerGrammar,
  serveFileTarget,
  requests,
  fetchRequests,
]
