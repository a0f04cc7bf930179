// Stands in for the provider simulator in tests of the launcher.
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
process.stdout.write('{"listening":"http://127.0.0.1:9"}\n');
