import type { Growth } from './growth.ts'

const WIDTH = 880
const HEIGHT = 340
const PANEL = { width: 330, height: 220, top: 50 }
const LEFT = [70, 510]
const COLOURS = ['#0b5394', '#b45309', '#15803d', '#7e22ce']
const MiB = 1024 ** 2

interface Curve {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/**
 * The curves of a growth as an SVG: time on the left, memory on the right. Every axis but that of memory goes by powers
 * of ten.
 */
export function growthChart({ title, unit, points }: Growth): string {
  const names = [...new Set(points.flatMap(({ seconds }) => Object.keys(seconds)))]
  const times = names.map((name): Curve => ({
    name,
    points: points.map(({ amount, seconds }) => ({ x: amount, y: (seconds[name] ?? 0) * 1000 })),
  }))
  const memory = {
    name: 'peak memory',
    points: points.map(({ amount, peakBytes }) => ({ x: amount, y: peakBytes / MiB })),
  }
  const [left = 0, right = 0] = LEFT
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" role="img">
<title>${title}: time and memory</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${left}" y="24" font-size="15" font-weight="bold">${title}</text>
${panel(left, 'milliseconds', unit, times, true)}
${panel(right, 'peak MiB', unit, [memory], false)}
</svg>
`
}

function panel(left: number, ordinate: string, unit: string, curves: readonly Curve[], isLogarithmic: boolean): string {
  const all = curves.flatMap(({ points }) => points)
  const xScale = logarithmic(
    all.map(({ x }) => x),
    left,
    left + PANEL.width,
  )
  const bottom = PANEL.top + PANEL.height
  const values = all.map(({ y }) => y)
  const yScale = isLogarithmic ? logarithmic(values, bottom, PANEL.top) : linear(values, bottom, PANEL.top)
  const grid = [
    ...xScale.ticks.map((tick) => line(xScale.place(tick), PANEL.top, xScale.place(tick), bottom)),
    ...xScale.ticks.map((tick) => text(xScale.place(tick), bottom + 18, 'middle', short(tick))),
    ...yScale.ticks.map((tick) => line(left, yScale.place(tick), left + PANEL.width, yScale.place(tick))),
    ...yScale.ticks.map((tick) => text(left - 6, yScale.place(tick) + 4, 'end', short(tick))),
  ]
  const drawn = curves.flatMap(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? ''
    const places = points.map(({ x, y }) => `${xScale.place(x).toFixed(1)},${yScale.place(y).toFixed(1)}`)
    const key = `<text x="${left + 8}" y="${PANEL.top + 16 + index * 16}" fill="${colour}">${name}</text>`
    const dots = places
      .map((place) => place.split(','))
      .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`)
    return [`<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`, ...dots, key]
  })
  const labels = [
    text(left + PANEL.width / 2, bottom + 38, 'middle', unit),
    text(left, PANEL.top - 8, 'start', ordinate),
  ]
  return [...grid, ...drawn, ...labels].join('\n')
}

interface Scale {
  readonly ticks: readonly number[]
  place(value: number): number
}

function logarithmic(values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0)
  const least = Math.floor(Math.log10(Math.min(...positive)))
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...positive))))
  const ticks = Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index))
  return {
    ticks,
    place: (value) => from + ((Math.log10(Math.max(value, 10 ** least)) - least) / (most - least)) * (to - from),
  }
}

/** From 0 on. */
function linear(values: readonly number[], from: number, to: number): Scale {
  const highest = Math.max(...values)
  const step = 10 ** Math.floor(Math.log10(highest))
  const most = Math.ceil(highest / step) * step
  const ticks = Array.from({ length: Math.round(most / step) + 1 }, (_, index) => index * step)
  return { ticks, place: (value) => from + (value / most) * (to - from) }
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}" stroke="#ddd"/>`
}

function text(x: number, y: number, anchor: string, content: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="#333">${content}</text>`
}

function short(number: number): string {
  if (number >= 1e9) return `${number / 1e9}G`
  if (number >= 1e6) return `${number / 1e6}M`
  return number >= 1000 ? `${number / 1000}k` : String(Number(number.toPrecision(2)))
}
