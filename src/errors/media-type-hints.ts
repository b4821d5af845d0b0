/**
 * The last sentences of a refusal for the type of the body: each `unsupported-media-type`, and `missing-file`. They say
 * what to send instead.
 */
export const MEDIA_TYPE_HINTS = {
  /** For a body that is not a form. */
  multipart: 'Send the form as multipart/form-data.',
  /** For a form that a browser encoded in another way, or that has no encoding. */
  enctype: 'Give the form method="post" and enctype="multipart/form-data".',
  /** For a urlencoded form, if the application expects files. */
  formWithFiles: 'Give the form enctype="multipart/form-data"; otherwise it has the names of its files only.',
  /** For a urlencoded form in which the application misses a file. */
  missingFile: 'The form was sent without enctype="multipart/form-data".',
  /** For a multipart body instead of a file: it came by PUT, or is not form-data. */
  formByPut: 'Send a form by POST, as multipart/form-data.',
  /** For a body with the type of a form and without a filename. */
  formOrFile: 'Give the form enctype="multipart/form-data"; for a file, send Content-Disposition with its filename.',
  /** For a compressed or encrypted body. */
  uncoded: 'Send the body as it is, without Content-Encoding.',
} as const
