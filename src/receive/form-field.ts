/** A name and the text that was sent under it. */
export type FormField = readonly [name: string, value: string]

/** The fields of a form, in order of arrival, and what its `_charset_` field has said. */
export interface FormText {
  readonly fields: FormField[]
  readonly charset: string | undefined
}
