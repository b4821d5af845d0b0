import { tellProgress } from '../../../client.ts'
import type { QueuedUpload, UploadState } from '../../../client.ts'
import { formatBytes } from '../../../errors/byte-size.ts'
import { fileKind, isDrawable } from '../file-kind.ts'
import { shownName } from '../shown-name.ts'
import { copyOf, element } from './element.ts'
import { showKind, showPicture } from './thumb.ts'

/** The actions of a person on an upload. */
export interface UploadActions {
  /** Cancels a running upload; dismisses a refused one. */
  readonly stop: () => void
  /** Sends the same file again. */
  readonly retry: () => void
}

/** The row of a file on its way. */
export class UploadView {
  readonly row: HTMLElement
  readonly #state: HTMLElement
  readonly #progress: HTMLProgressElement
  readonly #retry: HTMLButtonElement
  readonly #stop: HTMLButtonElement

  constructor(upload: QueuedUpload, template: HTMLTemplateElement, { stop, retry }: UploadActions) {
    this.row = copyOf(template)
    this.#state = element(this.row, '.state', HTMLElement)
    this.#progress = element(this.row, 'progress', HTMLProgressElement)
    this.#retry = element(this.row, '.retry', HTMLButtonElement)
    this.#stop = element(this.row, '.stop', HTMLButtonElement)
    const { file } = upload
    const name = shownName(upload.name)
    element(this.row, 'bdi', HTMLElement).textContent = name
    element(this.row, '.size', HTMLElement).textContent = formatBytes(file.size)
    for (const unseen of this.row.querySelectorAll('.unseen')) unseen.textContent = ` ${name}`
    this.#progress.ariaLabel = `Uploading ${name}`
    this.#retry.addEventListener('click', retry)
    this.#stop.addEventListener('click', stop)
    const thumb = element(this.row, '.thumb', HTMLElement)
    if (isDrawable(file.type)) {
      const url = URL.createObjectURL(file)
      const release = () => URL.revokeObjectURL(url)
      const picture = showPicture(thumb, url)
      picture.addEventListener('load', release)
      picture.addEventListener('error', release)
    } else showKind(thumb, fileKind(file.type))
  }

  show(state: UploadState): void {
    this.row.dataset['at'] = state.at
    if (state.at === 'waiting') this.#state.textContent = 'Waiting'
    if (state.at === 'sending') {
      const { loaded, total } = state.progress
      this.#progress.value = Math.floor((loaded / total) * 100)
      this.#state.textContent = tellProgress(state.progress)
    }
    if (state.at === 'interrupted') {
      this.#progress.removeAttribute('value')
      this.#state.textContent = 'The connection broke. Trying again…'
    }
    if (state.at === 'checking') {
      this.#progress.removeAttribute('value')
      this.#state.textContent = 'Checking…'
    }
    if (state.at === 'refused') {
      this.#progress.remove()
      this.#state.textContent = state.reason
      this.#retry.hidden = !state.canRetry
      element(this.#stop, '.what', HTMLElement).textContent = 'Dismiss'
    }
  }

  /** The element for the focus while a person works with this upload. */
  focus(): void {
    this.#stop.focus()
  }
}
