// A page that shows refusals: it is compiled with the types of a browser alone, and needs no code of Decant.
import type { FormError, Problem } from 'decant'

export function tell(problem: Problem): string {
  if (problem.code === 'file-too-large') return `${problem.filename} has more than ${problem.limit} bytes.`
  return problem.code === 'invalid-form' ? problem.errors.map(beside).join('\n') : problem.detail
}

function beside(error: FormError): string {
  return error.code === 'too-many-files' ? `${error.field}: at most ${error.limit}` : error.detail
}
