// Values that a test draws are the same in every run: else a mutant would survive on one day and not on the next.
import fc from 'fast-check';

fc.configureGlobal({ seed: 1 });
