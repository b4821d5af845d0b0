import { json } from 'node:stream/consumers'
import { inspect } from 'node:util'

/** Gives the requests of stdin, a JSON list, to `send`, one after the other. Prints a JSON list of answers. */
export async function sendAll(send) {
  const answers = []
  for (const request of await json(process.stdin)) {
    try {
      answers.push(await send(request))
    } catch (error) {
      answers.push({ error: inspect(error) })
    }
  }
  console.log(JSON.stringify(answers))
}
