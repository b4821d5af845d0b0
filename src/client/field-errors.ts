import { createElement } from './create-element.ts'
import type { FormError } from '../errors/upload-error-details.ts'

/** The sentences beside the controls of a form. */
export class FieldErrors {
  readonly #form: HTMLFormElement
  /** Takes back what was done to the controls. */
  readonly #undo: (() => void)[] = []

  constructor(form: HTMLFormElement) {
    this.#form = form
  }

  /** Shows each error beside its control, and returns those without one. */
  show(errors: readonly FormError[]): FormError[] {
    return errors.filter(({ field, detail }) => {
      const control = this.#controlOf(field)
      if (control === undefined) return true
      this.#mark(control, detail)
      return false
    })
  }

  clear(): void {
    for (const undo of this.#undo.splice(0).toReversed()) undo()
  }

  /** Moves the focus to the first control with an error. False if there is none. */
  focusFirst(): boolean {
    const first = this.#form.querySelector<HTMLElement>('[aria-invalid=true]')
    first?.focus()
    return first !== null
  }

  /** The first control of this name that a person can see. */
  #controlOf(field: string): Element | undefined {
    return [...this.#form.elements].find(
      (control) => control.getAttribute('name') === field && !control.matches('[type=hidden]'),
    )
  }

  #mark(control: Element, detail: string): void {
    // Another form of the page has sentences, too.
    const id = `decant-error-${Math.random()}`
    const sentence = createElement('span', { id, className: 'decant-error', textContent: ` ${detail}` })
    // Not within its label: it would become a part of the control's name.
    const beside = control.closest('label') ?? control
    beside.after(sentence)
    const described = control.getAttribute('aria-describedby') ?? ''
    control.setAttribute('aria-describedby', `${described} ${id}`.trim())
    control.setAttribute('aria-invalid', 'true')
    this.#undo.push(() => {
      sentence.remove()
      control.removeAttribute('aria-invalid')
      if (described === '') control.removeAttribute('aria-describedby')
      else control.setAttribute('aria-describedby', described)
    })
  }
}
