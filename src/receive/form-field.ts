/** A name and the text that was sent under it. */
export type FormField = readonly [name: string, value: string]
