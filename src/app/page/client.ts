import { tellProgress, upload, UploadQueue } from '../../client.ts'
import type { NamedFile, QueuedUpload, UploadState } from '../../client.ts'
import { droppedFiles } from './client/dropped-files.ts'
import { element } from './client/element.ts'
import { fileLimits, limitMet } from './client/file-limits.ts'
import { showLocalTime, storedRow } from './client/stored-row.ts'
import { replaceBrokenPicture } from './client/thumb.ts'
import { UploadView } from './client/upload-view.ts'
import { shownName } from './shown-name.ts'

/**
 * Makes the page's form quicker: files are sent as soon as they are chosen, dropped or pasted, each with its own
 * progress. All markup is the server's, and without the script the form does the same work.
 */
const form = element(document, '#upload', HTMLFormElement)
const input = element(form, '#file', HTMLInputElement)
/** There is one only if the server keeps folders. */
const folderInput = form.querySelector<HTMLInputElement>('#folder')
const said = element(document, '#said', HTMLElement)
const news = element(document, '#news', HTMLElement)
const uploads = element(document, '.uploads', HTMLElement)
const uploadList = element(uploads, 'ul', HTMLUListElement)
const overall = element(uploads, '.overall', HTMLElement)
const overallState = element(overall, '.state', HTMLElement)
const stopAll = element(overall, 'button', HTMLButtonElement)
const files = element(document, '.files', HTMLElement)
const fileList = element(files, 'ul', HTMLUListElement)
const uploadTemplate = element(document, '#upload-row', HTMLTemplateElement)
const fileTemplate = element(document, '#file-row', HTMLTemplateElement)

const title = document.title
const limits = fileLimits(form)
const views = new Map<QueuedUpload, UploadView>()
const queue = new UploadQueue({
  refuse: ({ file }) => limitMet(file, limits),
  send({ file, name }, options) {
    const body = new FormData()
    body.append('file', file, name)
    return upload(form.action, body, options)
  },
  onChange(each, state) {
    follow(each, state)
    showOverall()
  },
})

function send(chosen: readonly (File | NamedFile)[]): void {
  const [first] = chosen
  if (first === undefined) return
  // The message was about the request before.
  said.replaceChildren()
  input.removeAttribute('aria-invalid')
  announce(chosen.length === 1 ? `Uploading ${shownName(first.name)}` : `Uploading ${chosen.length} files`)
  queue.add(chosen)
}

function follow(each: QueuedUpload, state: UploadState): void {
  const view = views.get(each) ?? addView(each)
  view.show(state)
  const name = shownName(each.name)
  if (state.at === 'interrupted') announce(`The connection broke. Trying again: ${name}`)
  if (state.at === 'checking') announce(`Checking ${name}`)
  if (state.at === 'refused') announce(`${name}: ${state.reason}`)
  if (state.at === 'cancelled') {
    announce(`${name} is cancelled`)
    remove(each)
  }
  if (state.at === 'stored') {
    const rows = state.answer.files.map((file) => storedRow(file, fileTemplate))
    fileList.prepend(...rows)
    files.hidden = false
    files.querySelector('.empty')?.remove()
    announce(`${name} is stored`)
    remove(each, rows[0]?.querySelector('a'))
  }
}

function addView(each: QueuedUpload): UploadView {
  const view = new UploadView(each, uploadTemplate, {
    stop: () => {
      queue.cancel(each)
      remove(each)
    },
    retry: () => {
      remove(each)
      send([each])
      // The file has a row of its own again, the last one.
      const again = [...views.values()].at(-1)
      again?.focus()
    },
  })
  views.set(each, view)
  uploadList.append(view.row)
  uploads.hidden = false
  return view
}

/** Removes a row. Focus that was in it goes to `successor`, the row beside it, or back to the form. */
function remove(each: QueuedUpload, successor?: HTMLElement | null): void {
  const row = views.get(each)?.row
  if (row === undefined) return
  const hadFocus = row.contains(document.activeElement)
  const beside = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector<HTMLElement>('.stop')
  row.remove()
  views.delete(each)
  uploads.hidden = views.size === 0
  if (hadFocus) (successor ?? beside ?? input).focus()
}

function showOverall(): void {
  const { isBusy, progress } = queue
  const share = isBusy ? progress.loaded / progress.total || 0 : 0
  document.title = isBusy ? `${Math.min(99, Math.floor(share * 100))} % – ${title}` : title
  form.classList.toggle('busy', isBusy)
  form.style.setProperty('--share', String(share))
  showAll()
  // Only while it is needed: such a listener keeps a page out of the back-forward cache.
  if (isBusy) addEventListener('beforeunload', warn)
  else removeEventListener('beforeunload', warn)
}

/** Speed and time left of all files together, if there are several. */
function showAll(): void {
  const isShown = queue.isBusy && views.size > 1
  if (!isShown && overall.contains(document.activeElement)) input.focus()
  overall.hidden = !isShown
  overallState.textContent = isShown ? `All together: ${tellProgress(queue.progress)}` : ''
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
  const dropped = await droppedFiles(data, folderInput !== null).catch(() => [])
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

function sendChosen(from: HTMLInputElement): void {
  send([...(from.files ?? [])])
  // So that choosing the same file again is a change, too.
  from.value = ''
}

for (const each of [input, ...(folderInput === null ? [] : [folderInput])]) {
  each.addEventListener('change', () => sendChosen(each))
}
stopAll.addEventListener('click', () => queue.cancelAll())
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
sendChosen(input)
