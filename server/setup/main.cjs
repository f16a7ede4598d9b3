/*
 * The first file that Node.js reads for `npm start` and its like. It keeps to the syntax of 2009, so that any Node.js
 * gets far enough to say what is wrong with it; what needs a newer one is loaded by load.cjs, once the version is known.
 */
var LEAST = [20, 19]
var parts = process.versions.node.split('.')
var major = Number(parts[0])
var minor = Number(parts[1])

if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
  process.stderr.write(
    'Tidewatch needs Node.js ' +
      LEAST.join('.') +
      ' or newer, and this is ' +
      process.versions.node +
      ' (' +
      process.execPath +
      '): install a newer one from https://nodejs.org and try again.\n'
  )
  process.exit(1)
}

require('./load.cjs')
