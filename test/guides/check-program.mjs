// Loads a program of the recipes, and lets its check in `recipes/` call what it exports.
import { argv, exit } from 'node:process'
import { pathToFileURL } from 'node:url'

const [, , program, name, origin] = argv
const { check } = await import(new URL(`recipes/${name}.mjs`, import.meta.url).href)
await check(await import(pathToFileURL(program).href), origin)
exit(0)
