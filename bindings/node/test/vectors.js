'use strict'

// Runs every vector and prints `N passed, N failed`.

const { writeFileSync } = require('node:fs')
const { closingLine, folder, run } = require('./support/suite.js')

const report = run(folder())
for (const failure of report.failures) console.error(failure)
if (process.env.DOORWARD_VERDICTS) writeFileSync(process.env.DOORWARD_VERDICTS, report.verdicts)
console.log(closingLine(report))
process.exitCode = report.failures.length === 0 ? 0 : 1
