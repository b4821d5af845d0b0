import { NO_FILENAME_HINTS } from './no-filename-hints.ts'
import type { FormErrorCode, FormErrorMembers } from './upload-error-details.ts'

/** The codes of faults that a form finds itself; all others are refusals of its files. */
export type OwnFormErrorCode = FormErrorCode | 'too-many-files' | 'missing-file' | 'no-file-selected'

/** The sentence of each fault of a control. It stands beside the control, so it does not name it. */
export const FORM_ERROR_TABLE: { readonly [Code in OwnFormErrorCode]: (details: FormErrorMembers[Code]) => string } = {
  'missing-field': () => 'This has to be filled in.',
  'invalid-value': () => 'This is not valid.',
  'invalid-json': ({ limit }) =>
    limit === undefined ? 'This is not valid JSON.' : `This JSON has more than ${limit} levels.`,
  'repeated-field': ({ count }) => `This came ${count} times, but must come once.`,
  'unknown-field': () => 'The form has no field of this name.',
  'not-a-file': () => `This has to be a file. ${NO_FILENAME_HINTS.field}`,
  'not-text': () => 'This must be text, but a file was sent.',
  'too-few-items': ({ min, count }) => `At least ${min} ${min === 1 ? 'is' : 'are'} needed here, not ${count}.`,
  'too-many-items': ({ limit, count }) => `At most ${limit} can be sent here, not ${count}.`,
  'too-few-files': ({ min, count }) => `Choose ${files(min)} at least, not ${count}.`,
  'too-many-files': ({ limit, count = 0 }) => `Choose ${files(limit)} at most, not ${count}.`,
  'missing-file': chooseFiles,
  'no-file-selected': chooseFiles,
  'file-expired': () => 'The file of the last try has expired. Choose it again.',
}

function chooseFiles({ min = 1 }: { readonly min?: number }): string {
  return min === 1 ? 'Choose a file.' : `Choose ${files(min)} at least.`
}

function files(count: number): string {
  return `${count} file${count === 1 ? '' : 's'}`
}
