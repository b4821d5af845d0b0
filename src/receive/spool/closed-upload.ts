/** What reading a file is told whose upload was disposed of. */
export function closedUpload(): TypeError {
  return new TypeError('The upload is closed: its files can be read no more. Read them before it is disposed of.')
}
