import type { Attacks, AttackStage } from './attack-stage.ts'

/** Forms that are not valid, whole as requests. */
const FORMS: Readonly<Record<string, (stage: AttackStage) => string>> = {
  'has no closing delimiter': (stage) => stage.form(stage.goodForm().replace(stage.end, '')),
  'breaks off in a file': (stage) => stage.form(stage.goodForm().replace(`\r\n${stage.end}`, '')),
  "breaks off in a part's headers": (stage) => stage.form(stage.goodForm().split('\r\n\r\n', 1)[0]),
  'is empty': (stage) => stage.form(''),
  'has no part': (stage) => stage.form('nothing of a form'),
  'has a boundary that is not in it': (stage) => stage.form(stage.goodForm().replaceAll('attack', 'other')),
  'says no boundary': (stage) => {
    const body = stage.goodForm()
    return stage.head('Content-Type: multipart/form-data', `Content-Length: ${body.length}`) + body
  },
  'has a part without Content-Disposition': (stage) =>
    stage.form(stage.part('Content-Type: text/plain', 'hello') + stage.goodForm()),
  'has a part whose header is not valid': (stage) =>
    stage.form(stage.part('nothing of a header', 'hello') + stage.goodForm()),
  'is text instead of a form': (stage) => `${stage.head('Content-Type: text/plain', 'Content-Length: 5')}hello`,
}

/** Bodies that are not what they say. */
export const MALFORMED_ATTACKS: Attacks = Object.fromEntries(
  Object.entries(FORMS).map(([what, request]) => [
    `refuses a form that ${what}`,
    (stage: AttackStage) => stage.refuses(request(stage)),
  ]),
)
