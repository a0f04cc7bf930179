// Ends a process when the pipe of whoever watches over it closes, however that came: a test that is killed ends nothing
// itself, and `npm start` is made to outlive who started it. Argument: the number of the process.
process.stdin.resume();
process.stdin.once('end', () => {
  try {
    process.kill(Number(process.argv[2]), 'SIGTERM');
  } catch {
    // It is gone already.
  }
});
