// Tells how long a module takes to be imported in a process that has imported nothing else: so CommonJS, no built-in module, no channel.
const start = performance.now();
void import(process.argv[2]).then(() => {
  process.stdout.write(String(performance.now() - start));
  process.exit(0);
});
