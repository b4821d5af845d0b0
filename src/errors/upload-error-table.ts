import { formatBytes } from './byte-size.ts'
import { checkedChallenge, checkedRefusal, toWholeSeconds } from './checked-refusal.ts'
import { formatDuration } from './duration.ts'
import { tellFileLimits } from './file-limit.ts'
import { quote } from './quote.ts'
import type { UploadErrorCode, UploadErrorDetails } from './upload-error-details.ts'

/** A sentence names at most this many errors of a form; more would not make it clearer. */
const TOLD_ERRORS = 10

interface Row<Details> {
  readonly status: number
  readonly title: string
  /** Takes the status and the title of the details instead. */
  readonly head?: (details: Details) => { readonly status: number; readonly title: string }
  /** Checks details that an application gives, and returns those that count. */
  readonly checked?: (details: Details) => Details
  /** One sentence that tells a person what to do. */
  readonly sentence: (details: Details) => string
}

export const UPLOAD_ERROR_TABLE: { readonly [Code in UploadErrorCode]: Row<UploadErrorDetails[Code]> } = {
  'malformed-body': {
    status: 400,
    title: 'The body is malformed',
    sentence: ({ reason }) => `The body could not be read: ${reason}.`,
  },
  'truncated-body': {
    status: 400,
    title: 'The body ended too early',
    sentence: ({ reason }) =>
      `The body ended before it was complete${reason === undefined ? '' : ` (${reason})`}. Send it again.`,
  },
  'malformed-request': {
    status: 400,
    title: 'The request is malformed',
    sentence: ({ reason }) => `The request could not be understood: ${reason}.`,
  },
  'digest-mismatch': {
    status: 400,
    title: 'The digest does not match',
    sentence: ({ algorithm }) =>
      `The bytes that arrived do not have the ${algorithm} digest that the request claims. Send them again.`,
  },
  'invalid-key': {
    status: 400,
    title: 'The name cannot be used',
    sentence: ({ key, reason, suggestion }) =>
      `${quote(key)} cannot be used as a name: ${reason}.${suggestion === undefined ? '' : ` Use ${quote(suggestion)} instead.`}`,
  },
  'invalid-name': {
    status: 400,
    title: 'The file name cannot be used',
    sentence: ({ filename, reason, hint = 'Rename the file.' }) =>
      `${quote(filename)} cannot be used as a file name: ${reason}. ${hint}`,
  },
  unauthenticated: {
    status: 401,
    title: 'Not signed in',
    checked: checkedChallenge,
    sentence: ({ challenge }) =>
      challenge === undefined
        ? 'You are not signed in, or no longer. Sign in and try again.'
        : 'This needs a name and a password, or a token. Sign in and try again.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    sentence: ({ action }) => `You are not allowed to ${action} here.`,
  },
  'invalid-link': {
    status: 403,
    title: 'The link is not genuine',
    sentence: () => 'This server did not make the link, or the link was changed on its way. Copy the whole link again.',
  },
  'cross-site': {
    status: 403,
    title: 'The request came from another site',
    sentence: ({ origin, hint = 'If they should be, add the origin to "origins" (--origins).' }) =>
      `Requests from ${origin} are not accepted here. ${hint}`,
  },
  'unknown-host': {
    status: 403,
    title: 'The host name is not known',
    sentence: ({ host }) =>
      `This server does not answer to ${quote(host)}. Use the address that it printed when it started, ` +
      'or add the name to "hosts" (--hosts).',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    sentence: ({ key }) => (key === undefined ? 'There is nothing here.' : `There is no file ${quote(key)}.`),
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed',
    sentence: ({ method, allow, hint = `Use ${allow.join(', ')}.` }) => `${method} is not allowed here. ${hint}`,
  },
  'request-timeout': {
    status: 408,
    title: 'The upload stalled',
    sentence: ({ idleTimeoutMs }) => `Too little arrived for ${idleTimeoutMs / 1000} seconds. Send the file again.`,
  },
  'name-taken': {
    status: 409,
    title: 'The name is taken',
    sentence: ({ key, folder }) =>
      folder === undefined
        ? `${quote(key)} exists already and is never overwritten. Choose another name.`
        : `${quote(folder)} is a file, so it cannot be the folder of ${quote(key)}. Choose another folder.`,
  },
  'link-expired': {
    status: 410,
    title: 'The link has expired',
    sentence: () => 'This link has expired. Ask for a new one.',
  },
  'file-gone': {
    status: 410,
    title: 'The file of the link is gone',
    sentence: () => 'The file that this link opens was deleted or replaced. Ask for a new link.',
  },
  'length-required': {
    status: 411,
    title: 'The body has no length',
    sentence: () =>
      'The request has neither Content-Length nor Transfer-Encoding. For an empty file, send Content-Length: 0.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The precondition failed',
    sentence: () => 'The file is not in the state that the request asked for. Fetch it again.',
  },
  'body-too-large': {
    status: 413,
    title: 'The request is too large',
    sentence: ({ limit, limits = [] }) =>
      `The whole request may have at most ${formatBytes(limit)}${tellFileLimits(limits)}. Send fewer or smaller files.`,
  },
  'file-too-large': {
    status: 413,
    title: 'The file is too large',
    sentence: ({ limit, filename }) =>
      `${quote(filename)} is larger than the limit of ${formatBytes(limit)} for a file. Choose a smaller file.`,
  },
  'too-many-files': {
    status: 413,
    title: 'Too many files',
    sentence: ({ limit }) => `At most ${count(limit, 'file')} can be sent at once. Send the others afterwards.`,
  },
  'quota-exceeded': {
    status: 413,
    title: 'The quota is used up',
    sentence: ({ limit, used }) =>
      `All files together may have at most ${formatBytes(limit)}${
        used === undefined ? '' : `, and those that are there have ${formatBytes(used)}`
      }. Delete some of them, or send less.`,
  },
  'too-many-fields': {
    status: 413,
    title: 'Too many fields',
    sentence: ({ limit }) => `A form may have at most ${count(limit, 'field')}. Send fewer.`,
  },
  'too-many-parts': {
    status: 413,
    title: 'Too many parts',
    sentence: ({ limit }) => `A form may have at most ${count(limit, 'part')}, fields and files together. Send fewer.`,
  },
  'field-too-large': {
    status: 413,
    title: 'A field is too large',
    sentence: ({ limit, field, hint = 'Shorten it.' }) =>
      `The field ${quote(field)} is larger than the limit of ${formatBytes(limit)} for a field. ${hint}`,
  },
  'fields-too-large': {
    status: 413,
    title: 'The fields are too large together',
    sentence: ({ limit, hint = 'Shorten them.' }) =>
      `All fields of a form together may have at most ${formatBytes(limit)}. ${hint}`,
  },
  'part-header-too-large': {
    status: 413,
    title: "A part's header is too large",
    sentence: ({ limit }) => `The header of a part may have at most ${formatBytes(limit)}. Shorten it.`,
  },
  'too-many-part-headers': {
    status: 413,
    title: 'A part has too many headers',
    sentence: ({ limit }) => `A part may have at most ${count(limit, 'header')}. Send fewer.`,
  },
  'name-too-long': {
    status: 413,
    title: 'A name is too long',
    sentence: ({ limit }) => `Names of fields and files may have at most ${formatBytes(limit)}. Rename the file.`,
  },
  'padding-too-large': {
    status: 413,
    title: 'Too much around the parts',
    sentence: ({ limit }) =>
      `A form may have at most ${formatBytes(limit)} before its first part, after its last part, ` +
      'and in spaces behind a delimiter. Send less there.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The type of the body is not supported',
    sentence: ({ contentType, contentEncoding, hint }) => {
      const type = contentType === '' ? 'A body without a Content-Type' : `A body of type ${quote(contentType)}`
      const body = contentEncoding === undefined ? type : `A body with the Content-Encoding ${quote(contentEncoding)}`
      return `${body} is not accepted here.${hint === undefined ? '' : ` ${hint}`}`
    },
  },
  'type-not-allowed': {
    status: 415,
    title: 'The type of the file is not allowed',
    sentence: ({ filename, extension, allowed }) =>
      `${quote(filename)} is not allowed: ${extension === '' ? 'files without an extension' : `.${extension} files`} are not accepted here.${
        allowed === undefined || allowed.length === 0 ? '' : ` Allowed are ${allowed.join(', ')}.`
      }`,
  },
  'type-mismatch': {
    status: 415,
    title: 'The content is not what the name says',
    sentence: ({ filename, extension, found, reason, suggestion }) => {
      const truth =
        found === 'application/octet-stream' ? `it does not begin as .${extension} files do` : `it is ${found}`
      const advice =
        suggestion === undefined ? 'Choose another file.' : `Call it ${quote(suggestion)}, or choose another file.`
      return `${quote(filename)} is not what its name says: ${reason ?? truth}. ${advice}`
    },
  },
  'range-not-satisfiable': {
    status: 416,
    title: 'The range is outside the file',
    sentence: ({ size }) =>
      `The file has ${formatBytes(size)}, and the requested range lies outside it. Ask for another range.`,
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    checked: toWholeSeconds,
    sentence: ({ retryAfter }) =>
      `Too many requests came in a short time. ${
        retryAfter === undefined ? 'Try again later.' : `Try again in ${formatDuration(retryAfter)}.`
      }`,
  },
  'header-too-large': {
    status: 431,
    title: 'The headers are too large',
    sentence: () =>
      'The address and the headers of the request are too large together. Send shorter ones, or fewer cookies.',
  },
  'invalid-form': {
    status: 422,
    title: 'The form is not valid',
    sentence: ({ errors }) => {
      const told = errors
        .slice(0, TOLD_ERRORS)
        .map(({ field, label, detail }) => `${label ?? quote(field)}: ${ended(detail)}`)
      const others = errors.length - told.length
      return [...told, ...(others > 0 ? [`And ${others} more.`] : [])].join(' ')
    },
  },
  'missing-file': {
    status: 422,
    title: 'No file part',
    sentence: ({ field, hint = 'Choose a file and send it again.' }) =>
      `There is no file in the ${field === undefined ? 'form' : `field ${quote(field)}`}. ${hint}`,
  },
  'no-file-selected': {
    status: 422,
    title: 'No selected file',
    sentence: ({ skipped = [] }) =>
      skipped.length === 0
        ? 'No file was selected. Choose a file first.'
        : `Only files that macOS keeps beside others were sent (${quote(skipped[0] ?? '')}). ` +
          'Choose the files themselves.',
  },
  'file-too-small': {
    status: 422,
    title: 'The file is too small',
    sentence: ({ limit, filename }) =>
      `${quote(filename)} is smaller than the minimum of ${formatBytes(limit)} for a file. Choose a larger file.`,
  },
  'content-refused': {
    status: 422,
    title: 'The content was refused',
    sentence: ({ filename, reason }) => `${quote(filename)} was refused: ${reason}.`,
  },
  'storage-failed': {
    status: 500,
    title: 'The file could not be stored',
    sentence: () => 'The file could not be stored, and nothing of it remains. Try again later.',
  },
  'storage-full': {
    status: 507,
    title: 'There is no space left',
    sentence: () => 'There is no space left to store the file, and nothing of it remains. Try again later.',
  },
  'publishing-delayed': {
    status: 500,
    title: 'The files are not there yet',
    sentence: () => 'The form was accepted, and its files will be there later. Do not send it again.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong',
    sentence: () => 'Something went wrong on the server. Try again later.',
  },
  'unsupported-transfer-coding': {
    status: 501,
    title: 'The transfer coding is not supported',
    sentence: ({ coding }) =>
      `The transfer coding ${quote(coding)} is not supported here. Send the body without it; only "chunked" is accepted.`,
  },
  overloaded: {
    status: 503,
    title: 'Too many uploads at once',
    checked: ({ retryAfter = 10 }) => toWholeSeconds({ retryAfter }),
    sentence: () => 'Too many uploads are running. Try again in a moment.',
  },
  refused: {
    status: 403,
    title: 'Refused',
    head: (details) => details,
    checked: checkedRefusal,
    sentence: ({ detail }) => detail,
  },
  'check-unavailable': {
    status: 503,
    title: 'The file could not be checked',
    sentence: ({ filename }) =>
      `${quote(filename)} could not be checked just now, and nothing of it remains. Try again later.`,
  },
}

function count(limit: number, noun: string): string {
  return `${limit} ${noun}${limit === 1 ? '' : 's'}`
}

/** A sentence with an end, which those of schemas often lack. */
function ended(sentence: string): string {
  return /[\p{Sentence_Terminal}…]["')\]]?\s*$/u.test(sentence) ? sentence : `${sentence}.`
}
