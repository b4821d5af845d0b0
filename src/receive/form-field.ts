/** A name and the text that was sent under it. */
export type FormField = readonly [name: string, value: string]

/** The fields of a form, in order of arrival, and the label in its `_charset_` field. */
export interface FormText {
  readonly fields: FormField[]
  readonly charset: string | undefined
}
