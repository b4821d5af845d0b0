/** Bytes of one file, for every server alike: the largest that is measured, and some room. */
export const MOST_FILE_SIZE: number = 9 * 1024 ** 3
