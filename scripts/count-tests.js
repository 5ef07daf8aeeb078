// count-tests.js REPORT: prints "PASSED FAILED" of jest's JSON report. A suite that did not run, and a test that was
// skipped, count as failed: whoever reads the sum must be able to rely on it.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const notRun = report.numRuntimeErrorTestSuites + report.numPendingTests + report.numTodoTests;
const interrupted = report.wasInterrupted || report.numTotalTests === 0 ? 1 : 0;
console.log(report.numPassedTests, report.numFailedTests + notRun + interrupted);
