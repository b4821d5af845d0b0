import { accessSync, constants } from 'node:fs'
import { env } from 'node:process'

/**
 * The first of these paths with a program that can be started, or undefined.
 *
 * An environment variable, when set, is the only path that is tried: a user who names a program does not want another
 * one.
 */
export function findProgram(variable: string, usualPlaces: readonly string[]): string | undefined {
  const named = env[variable]
  const places = named ? [named] : usualPlaces
  return places.find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // ENOENT, ENOTDIR, EACCES: whatever the reason, it cannot be started.
    return false
  }
}
