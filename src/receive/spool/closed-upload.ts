/** The error of reading a file whose upload was disposed of. */
export function closedUpload(): TypeError {
  return new TypeError('The upload is closed, so its files can no longer be read. Read them before you dispose of it.')
}
