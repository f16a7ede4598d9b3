// A file of its own: `import()` is a syntax error to the old Node.js versions that main.cjs has to turn away.
void import('./run.mjs').then((setup) => setup.run(process.argv.slice(2)))
