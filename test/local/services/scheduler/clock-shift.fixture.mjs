// Loaded before a program: its clock stands in the night, and SIGUSR2 moves it on by a day.
const { now } = Date;
let shift = Date.UTC(2030, 0, 1, 12) - now();
Date.now = () => now() + shift;
process.on('SIGUSR2', () => {
  shift += 86_400_000;
});
