// Loaded before a server of a guide: it listens on a free port instead of its own, and says which.
import { Server } from 'node:net'

const { listen } = Server.prototype
Server.prototype.listen = function (place, ...rest) {
  this.once('listening', () => process.send(this.address().port))
  return listen.call(this, typeof place === 'object' ? { ...place, port: 0 } : 0, ...rest)
}
