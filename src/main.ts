process.stderr.write('meshwalk is being built\n');
process.exit(1);
