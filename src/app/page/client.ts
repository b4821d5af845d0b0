import { droppedFiles } from './client/dropped-files.ts'
import { element } from './client/element.ts'
import { fileLimits, limitMet } from './client/file-limits.ts'
import { postFile } from './client/post-file.ts'
import { showLocalTime, storedRow } from './client/stored-row.ts'
import { replaceBrokenPicture } from './client/thumb.ts'
import { UploadQueue } from './client/upload-queue.ts'
import type { Upload, UploadState } from './client/upload-queue.ts'
import { UploadView } from './client/upload-view.ts'
import { shownName } from './shown-name.ts'

/**
 * Makes the page's form quicker: files are sent as soon as they are chosen, dropped or pasted, each with its own
 * progress. All markup is the server's, and without the script the form does the same work.
 */
const form = element(document, '#upload', HTMLFormElement)
const input = element(form, '#file', HTMLInputElement)
const said = element(document, '#said', HTMLElement)
const news = element(document, '#news', HTMLElement)
const uploads = element(document, '.uploads', HTMLElement)
const uploadList = element(uploads, 'ul', HTMLUListElement)
const files = element(document, '.files', HTMLElement)
const fileList = element(files, 'ul', HTMLUListElement)
const uploadTemplate = element(document, '#upload-row', HTMLTemplateElement)
const fileTemplate = element(document, '#file-row', HTMLTemplateElement)

const title = document.title
const limits = fileLimits(form)
const views = new Map<Upload, UploadView>()
const queue = new UploadQueue({
  refuse: (file) => limitMet(file, limits),
  send: (file, options) => postFile(file, form.action, options),
  onChange: (upload, state) => {
    follow(upload, state)
    showOverall()
  },
})

function send(chosen: readonly File[]): void {
  if (chosen.length === 0) return
  // The message was about the request before.
  said.replaceChildren()
  input.removeAttribute('aria-invalid')
  announce(chosen.length === 1 ? `Uploading ${shownName(chosen[0]?.name ?? '')}` : `Uploading ${chosen.length} files`)
  queue.add(chosen)
}

function follow(upload: Upload, state: UploadState): void {
  const view = views.get(upload) ?? addView(upload)
  view.show(state)
  const name = shownName(upload.file.name)
  if (state.at === 'checking') announce(`Checking ${name}`)
  if (state.at === 'refused') announce(`${name}: ${state.reason}`)
  if (state.at === 'cancelled') {
    announce(`${name} is cancelled`)
    remove(upload)
  }
  if (state.at === 'stored') {
    const rows = state.files.map((file) => storedRow(file, fileTemplate))
    fileList.prepend(...rows)
    files.hidden = false
    files.querySelector('.empty')?.remove()
    announce(`${name} is stored`)
    remove(upload, rows[0]?.querySelector('a'))
  }
}

function addView(upload: Upload): UploadView {
  const view = new UploadView(upload.file, uploadTemplate, {
    stop: () => {
      queue.cancel(upload)
      remove(upload)
    },
    retry: () => {
      remove(upload)
      send([upload.file])
      // The file has a row of its own again, the last one.
      const again = [...views.values()].at(-1)
      again?.focus()
    },
  })
  views.set(upload, view)
  uploadList.append(view.row)
  uploads.hidden = false
  return view
}

/** Removes a row. Focus that was in it goes to `successor`, the row beside it, or back to the form. */
function remove(upload: Upload, successor?: HTMLElement | null): void {
  const row = views.get(upload)?.row
  if (row === undefined) return
  const hadFocus = row.contains(document.activeElement)
  const beside = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector<HTMLElement>('.stop')
  row.remove()
  views.delete(upload)
  uploads.hidden = views.size === 0
  if (hadFocus) (successor ?? beside ?? input).focus()
}

function showOverall(): void {
  const { isBusy, share } = queue
  document.title = isBusy ? `${Math.min(99, Math.floor(share * 100))} % – ${title}` : title
  form.classList.toggle('busy', isBusy)
  form.style.setProperty('--share', String(isBusy ? share : 0))
  // Only while it is needed: such a listener keeps a page out of the back-forward cache.
  if (isBusy) addEventListener('beforeunload', warn)
  else removeEventListener('beforeunload', warn)
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

/** For screen readers. Earlier messages stay for a while, since several may come at once. */
function announce(sentence: string): void {
  const line = document.createElement('p')
  line.textContent = sentence
  news.append(line)
  if (news.childElementCount > 20) news.firstElementChild?.remove()
}

async function sendDropped(data: DataTransfer): Promise<void> {
  // A DOMException: a folder that the browser may not read. It counts as an empty drop.
  const dropped = await droppedFiles(data).catch(() => [])
  if (dropped.length > 0) send(dropped)
  else say('There was no file in it that could be read. Choose the files instead.')
}

function say(sentence: string): void {
  const line = document.createElement('p')
  line.className = 'said bad'
  line.textContent = sentence
  said.replaceChildren(line)
  announce(sentence)
}

function hasFiles(event: DragEvent): event is DragEvent & { readonly dataTransfer: DataTransfer } {
  return event.dataTransfer?.types.includes('Files') === true
}

function showDropping(dropping: boolean): void {
  document.documentElement.classList.toggle('dropping', dropping)
}

function sendChosen(): void {
  send([...(input.files ?? [])])
  // So that choosing the same file again is a change, too.
  input.value = ''
}

input.addEventListener('change', sendChosen)
addEventListener('dragover', (event) => {
  if (!hasFiles(event)) return
  event.preventDefault()
  event.dataTransfer.dropEffect = 'copy'
  showDropping(true)
})
addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) showDropping(false)
})
addEventListener('drop', (event) => {
  showDropping(false)
  if (!hasFiles(event)) return
  event.preventDefault()
  void sendDropped(event.dataTransfer)
})
addEventListener('paste', ({ clipboardData }) => {
  if (clipboardData?.types.includes('Files') === true) void sendDropped(clipboardData)
})
// The error of an image does not bubble, and some images have failed before this script came.
addEventListener('error', ({ target }) => replaceBrokenPicture(target), { capture: true })
for (const picture of document.querySelectorAll<HTMLImageElement>('.thumb img'))
  if (picture.complete && picture.naturalWidth === 0) replaceBrokenPicture(picture)
for (const time of document.querySelectorAll('time')) showLocalTime(time)
document.documentElement.classList.add('enhanced')
// Chosen before this script came.
sendChosen()
