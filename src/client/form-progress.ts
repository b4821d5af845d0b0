import { createElement } from './create-element.ts'
import type { UploadProgress } from './progress-meter.ts'
import { tellProgress } from './tell-progress.ts'

/** The words of an enhanced form. */
export interface EnhanceWords {
  /** The name of the progress bar, and said when an upload begins. Default: `Uploading`. */
  readonly uploading: string
  /** The button that stops an upload. Default: `Cancel`. */
  readonly cancel: string
  /** Said after it. Default: `The upload was cancelled.` */
  readonly cancelled: string
  /** Said when all bytes have left. Default: `Checking…`. */
  readonly checking: string
  /** Said when the connection broke. Default: `The connection broke. Trying again…`. */
  readonly interrupted: string
  /** Said after a success. Default: `Everything has arrived.` */
  readonly succeeded: string
  /** The text beside the bar. Default: `tellProgress`. */
  readonly progress: (progress: UploadProgress) => string
}

/** The words that are said. */
type Word = 'uploading' | 'cancelled' | 'checking' | 'interrupted' | 'succeeded'

const WORDS: EnhanceWords = {
  uploading: 'Uploading',
  cancel: 'Cancel',
  cancelled: 'The upload was cancelled.',
  checking: 'Checking…',
  interrupted: 'The connection broke. Trying again…',
  succeeded: 'Everything has arrived.',
  progress: tellProgress,
}

/** The progress bar at the end of a form, its button, and its sentences. */
export class FormProgress {
  readonly #form: HTMLFormElement
  readonly #words: EnhanceWords
  readonly #bar: HTMLProgressElement
  readonly #text = createElement('span', {})
  readonly #row = createElement('div', {})
  /** News for screen readers. The numbers beside the bar are not read out: they change too often. */
  readonly #news = createElement('p', { role: 'status' })
  readonly #problem = createElement('p', { role: 'alert', tabIndex: -1 })
  readonly #all = createElement('div', { className: 'decant-upload' })
  /** The button that began the upload. */
  #submitter: HTMLElement | null = null

  constructor(form: HTMLFormElement, words: Partial<EnhanceWords> | undefined, onCancel: () => void) {
    this.#form = form
    this.#words = { ...WORDS, ...words }
    this.#bar = createElement('progress', { ariaLabel: this.#words.uploading })
    const cancel = createElement('button', { type: 'button', textContent: this.#words.cancel })
    cancel.addEventListener('click', onCancel)
    this.#row.append(this.#bar, ' ', this.#text, ' ', cancel)
    this.#all.append(this.#row, this.#news, this.#problem)
    this.end()
    this.attach()
  }

  /** Puts all of it at the end of the form. */
  attach(): void {
    this.#form.append(this.#all)
  }

  remove(): void {
    this.end()
    this.#all.remove()
  }

  begin(submitter: HTMLElement | null): void {
    this.#submitter = submitter
    this.#problem.textContent = ''
    this.#row.hidden = false
    this.#form.ariaBusy = 'true'
    this.show({ loaded: 0, total: 1 })
  }

  show(progress: UploadProgress): void {
    const { loaded, total } = progress
    if (loaded === total) this.wait('checking')
    else {
      this.#bar.value = loaded / total
      this.#text.textContent = this.#words.progress(progress)
      this.say('uploading')
    }
  }

  /** Shows that nothing is being sent. */
  wait(word: Word): void {
    this.#bar.removeAttribute('value')
    this.#text.textContent = ''
    this.say(word)
  }

  end(): void {
    // The focus may be on the button that goes.
    if (this.#row.contains(document.activeElement)) this.#submitter?.focus()
    this.#row.hidden = true
    this.#news.textContent = ''
    this.#form.ariaBusy = null
  }

  /** Tells screen readers, and not twice: the same news would be read out again. */
  say(word: Word): void {
    if (this.#news.textContent !== this.#words[word]) this.#news.textContent = this.#words[word]
  }

  fail(sentence: string): void {
    this.#problem.textContent = sentence
  }

  focusProblem(): void {
    this.#problem.focus()
  }
}
