import { openAsBlob } from 'node:fs'

/** The form of a request as `FormData`, or as `URLSearchParams` if it has no files. */
export async function nativeBody({ fields = [], files }, { FormData }) {
  if (files === undefined) return new URLSearchParams(fields)
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  for (const { field, filename, type, path } of files) form.append(field, await openAsBlob(path, { type }), filename)
  return form
}
