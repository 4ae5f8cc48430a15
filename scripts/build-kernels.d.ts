/** Compiles every kernel of `packages/forecast/kernels`. Returns the text of each module of the sources by its file. */
export function compileKernels(): Promise<Map<string, string>>;
