import { FieldErrors } from './field-errors.ts'
import { FormProgress } from './form-progress.ts'
import type { EnhanceWords } from './form-progress.ts'
import type { UploadProgress } from './progress-meter.ts'
import { readAnswer } from './read-answer.ts'
import type { ArrivedAnswer } from './send-once.ts'
import { sendBody } from './upload.ts'
import type { UploadOptions } from './upload.ts'
import { PAGE_FAILED, UploadProblem } from './upload-problem.ts'

export type { EnhanceWords } from './form-progress.ts'

/** Options of `enhance`: how the form is sent, and its words. */
export interface EnhanceOptions extends Pick<UploadOptions, 'headers' | 'onProgress' | 'retries' | 'withCredentials'> {
  /**
   * Called with the JSON of a success, `undefined` if it is something else. Default: the form is emptied, and says that
   * everything has arrived. A redirect, and a page of the same origin, are followed instead, as a browser does.
   */
  readonly onAnswer?: (answer: unknown) => void
  /** Called with each refusal and failure, after the form has shown it. */
  readonly onProblem?: (problem: UploadProblem) => void
  /** The words of the form, for another language. */
  readonly words?: Partial<EnhanceWords>
}

/** A server that answers forms with pages may do so here, too. */
const ACCEPT = 'application/json, text/html;q=0.5'

/**
 * Gives an ordinary form with files a progress bar, a button that cancels, and the server's sentences beside its
 * fields. The form stays as it is without JavaScript. All submissions but those of
 * `multipart/form-data` by POST into this window are left to the browser.
 *
 * @returns a function that takes all of it back, and cancels a running upload.
 * @throws {TypeError} if it is not a form.
 */
export function enhance(form: HTMLFormElement, options: EnhanceOptions = {}): () => void {
  if (!(form instanceof HTMLFormElement)) throw new TypeError('enhance needs a form element.')
  const enhanced = new EnhancedForm(form, options)
  return () => enhanced.undo()
}

class EnhancedForm {
  readonly #form: HTMLFormElement
  readonly #options: EnhanceOptions
  readonly #errors: FieldErrors
  readonly #progress: FormProgress
  readonly #listening = new AbortController()
  /** Of the running upload. */
  #running: AbortController | undefined

  constructor(form: HTMLFormElement, options: EnhanceOptions) {
    this.#form = form
    this.#options = options
    this.#errors = new FieldErrors(form)
    this.#progress = new FormProgress(form, options.words, () => this.#running?.abort())
    const { signal } = this.#listening
    form.addEventListener('submit', (event) => this.#take(event), { signal })
    // A page that comes back from the browser's memory after a redirect is ready again.
    addEventListener('pageshow', ({ persisted }) => void (persisted && this.#finish()), { signal })
  }

  undo(): void {
    this.#listening.abort()
    this.#running?.abort()
    this.#finish()
    this.#errors.clear()
    this.#progress.remove()
  }

  #take(event: SubmitEvent): void {
    const { submitter } = event
    if (event.defaultPrevented || !isUpload(this.#form, submitter)) return
    event.preventDefault()
    // A second click while the first is on its way.
    if (this.#running === undefined) void this.#send(submitter)
  }

  async #send(submitter: HTMLElement | null): Promise<void> {
    const running = new AbortController()
    this.#running = running
    this.#errors.clear()
    this.#progress.begin(submitter)
    try {
      const body = new FormData(this.#form, submitter)
      const options = {
        ...this.#options,
        signal: running.signal,
        onProgress: (progress: UploadProgress) => {
          this.#progress.show(progress)
          this.#options.onProgress?.(progress)
        },
        onRetry: () => this.#progress.wait('interrupted'),
      }
      const url = override(submitter, 'formaction') ?? actionOf(this.#form)
      const answer = await sendBody(url, body, options, ACCEPT)
      // After a redirect the form stays busy until the browser has left the page.
      if (leavesFor(answer)) return
      this.#finish()
      this.#receive(answer)
    } catch (error) {
      this.#finish()
      if (running.signal.aborted) this.#progress.say('cancelled')
      else this.#fail(error)
    }
  }

  #finish(): void {
    this.#running = undefined
    this.#progress.end()
  }

  #receive(answer: ArrivedAnswer): void {
    if (answer.isPage && this.#takeBack(answer.text)) return
    const body = readAnswer(answer, (json) => json)
    if (this.#options.onAnswer === undefined) {
      this.#form.reset()
      this.#progress.say('succeeded')
    } else this.#options.onAnswer(body)
  }

  /** Takes over the form of a page that shows it again. False if the page has another one, as that of a proxy. */
  #takeBack(text: string): boolean {
    const page = new DOMParser().parseFromString(text, 'text/html')
    const id = this.#form.getAttribute('id')
    const again = [...page.forms].find(
      (other) => other.getAttribute('id') === id && actionOf(other) === actionOf(this.#form),
    )
    if (again === undefined) return false
    this.#form.replaceChildren(...again.childNodes)
    this.#progress.attach()
    // The page may say it outside of the form.
    const said = page.querySelector('[role=alert]')?.textContent.trim() ?? ''
    if (said !== '') this.#progress.fail(said)
    if (!this.#errors.focusFirst()) this.#progress.focusProblem()
    return true
  }

  #fail(error: unknown): void {
    if (!(error instanceof UploadProblem)) {
      reportError(error)
      this.#progress.fail(PAGE_FAILED)
      return
    }
    const { errors, message } = error
    const unplaced = this.#errors.show(errors)
    this.#progress.fail(errors.length === 0 ? message : unplaced.map(({ detail }) => detail).join(' '))
    if (!this.#errors.focusFirst()) this.#progress.focusProblem()
    this.#options.onProblem?.(error)
  }
}

/** Not `form.action`, which an input of that name would hide. */
function actionOf(form: HTMLFormElement): string {
  return form.getAttribute('action') || location.href
}

/** Does what a browser would do with a redirect, and with a page. False for all other answers. */
function leavesFor({ status, isPage, isRedirected, text, url }: ArrivedAnswer): boolean {
  // The page was fetched already, but no script can stop at a redirect to learn its target.
  if (isRedirected) location.assign(url)
  else if (isPage && status < 400) {
    document.open()
    document.write(text)
    document.close()
  } else return false
  return true
}

/** True for a form that a browser would send as multipart/form-data by POST into this window. */
function isUpload(form: HTMLFormElement, submitter: HTMLElement | null): boolean {
  const [method, enctype, target] = ['method', 'enctype', 'target'].map((name) =>
    (override(submitter, `form${name}`) ?? form.getAttribute(name) ?? '').toLowerCase(),
  )
  return method === 'post' && enctype === 'multipart/form-data' && target === ''
}

/** An attribute with which a button overrides its form. */
function override(submitter: HTMLElement | null, name: string): string | undefined {
  return submitter?.getAttribute(name) ?? undefined
}
