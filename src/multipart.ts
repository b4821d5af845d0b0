/**
 * Decode and encode multipart/form-data (RFC 7578) without I/O.
 *
 * @module
 */
export { parseBoundary } from './multipart/boundary.ts'
export { MultipartDecoder } from './multipart/decoder.ts'
export type { DecoderEvents, DecoderOptions } from './multipart/decoder.ts'
export type { DecoderLimitOptions, DecoderLimits } from './multipart/decoder-limits.ts'
export { encodeMultipart } from './multipart/encoder.ts'
export type { EncodedForm, FieldPart, FilePart } from './multipart/encoder.ts'
export { decodeFieldText } from './multipart/field-text.ts'
export type { PartHead } from './multipart/part-head.ts'
export { isUploadError, UploadError } from './errors/upload-error.ts'
