/** The last sentence of each `unsupported-media-type`: it says what to send instead. */
export const MEDIA_TYPE_HINTS = {
  /** For any other type of body than that of a form. */
  multipart: 'Send the form as multipart/form-data.',
  /** For a form that a browser encodes in another way, or in none. */
  enctype: 'Give the form method="post" and enctype="multipart/form-data".',
  /** For a urlencoded form, if files are declared. */
  formWithFiles: 'Give the form enctype="multipart/form-data"; otherwise it has the names of its files only.',
  /** For a multipart body that is taken for a file: one that is sent by PUT, or is not form-data. */
  formByPut: 'Send a form by POST, as multipart/form-data.',
  /** For a body without a filename whose type is one of forms. */
  formOrFile: 'Give the form enctype="multipart/form-data"; for a file, send Content-Disposition with its filename.',
  /** For a compressed or encrypted body. */
  uncoded: 'Send the body as it is, without Content-Encoding.',
} as const
