/** A step of a name: into a control of that name, to an item of that number, or to the next item (`[]`). */
export type NameStep = string | number | undefined

/** The first step, and then `.name`, `[name]`, `[0]` or `[]`. */
const NAME = /^[^.[\]]+(?:\.[^.[\]]+|\[[^.[\]]*\])*$/
const STEP = /[^.[\]]+|\[\]/g
/** At most six digits, since no form has more items. */
const INDEX = /^(?:0|[1-9]\d{0,5})$/

/** The steps of a field's name, such as `items[0].name`; `undefined` for a name that has no such steps. */
export function parseFieldName(name: string): NameStep[] | undefined {
  if (!NAME.test(name)) return undefined
  return (name.match(STEP) ?? []).map((step, position) => {
    if (step === '[]') return undefined
    return position > 0 && INDEX.test(step) ? Number(step) : step
  })
}

/** The name of a field below another: `items[0]` and `name` make `items[0].name`. */
export function joinFieldName(name: string, step: string | number): string {
  if (typeof step === 'number') return `${name}[${step}]`
  return name === '' ? step : `${name}.${step}`
}
