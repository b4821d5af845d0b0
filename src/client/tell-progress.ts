import { formatBytes } from '../errors/byte-size.ts'
import type { UploadProgress } from './progress-meter.ts'

/** A progress for a person: `37 %, 1.2 MiB/s, 12 s left`. Without a speed, the percentage alone. */
export function tellProgress({ loaded, total, bytesPerSecond, remainingMs }: UploadProgress): string {
  const percent = `${Math.floor((loaded / total) * 100) || 0} %`
  if (bytesPerSecond === undefined || remainingMs === undefined) return percent
  return `${percent}, ${formatBytes(Number(bytesPerSecond.toPrecision(2)))}/s, ${tellDuration(remainingMs)} left`
}

/** Coarse, as an estimate is: `12 s`, `3 min`, `2.5 h`. */
function tellDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 6) / 10} h`
}
