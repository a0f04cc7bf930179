// Ends a process when the pipe from the test that started it closes, which also happens when the test is killed: `npm start`
// survives the end of its parent. Argument: the pid.
process.stdin.resume();
process.stdin.once('end', () => {
  try {
    process.kill(Number(process.argv[2]), 'SIGTERM');
  } catch {
    // The process has ended already.
  }
});
