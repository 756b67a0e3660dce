// A function whose import takes its time.
await new Promise((resolve) => setTimeout(resolve, 400));
export const started = async () => ({ started: true });
