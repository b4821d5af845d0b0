const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`

// The three forms of RFC 9110 section 5.6.7. A recipient has to accept all of them. They are case-sensitive.
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(
    String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) ${TIME} GMT$`,
  ),
  // Sun Nov  6 08:49:37 1994
  new RegExp(String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>\w{3}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
]

/**
 * The time of an HTTP-date (RFC 9110 section 5.6.7), in milliseconds since 1970. `undefined` for any other text, since
 * a condition with an invalid date is ignored. The name of the weekday is not compared with the date.
 *
 * @param now milliseconds since 1970. A year of two digits is never more than 50 years after it.
 */
export function parseHttpDate(value: string, now: number): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(value)?.groups
    if (parts === undefined) continue
    const month = MONTHS.indexOf(parts['month'] ?? '')
    const [day, hour, minute, second] = [parts['day'], parts['hour'], parts['minute'], parts['second']].map(Number)
    if (month < 0 || day === undefined || hour === undefined || minute === undefined || second === undefined) return
    // 60 is a leap second, which the grammar allows and the calendar of Date rolls over.
    if (hour > 23 || minute > 59 || second > 60) return undefined
    const time = new Date(0)
    time.setUTCFullYear(fullYear(parts['year'] ?? '', now), month, day)
    // 31 November has become 1 December.
    if (time.getUTCDate() !== day) return undefined
    return time.setUTCHours(hour, minute, second)
  }
  return undefined
}

function fullYear(digits: string, now: number): number {
  const year = Number(digits)
  if (digits.length === 4) return year
  const current = new Date(now).getUTCFullYear()
  const inThisCentury = current - (current % 100) + year
  return inThisCentury > current + 50 ? inThisCentury - 100 : inThisCentury
}
