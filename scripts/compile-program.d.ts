/** Compiles a TypeScript program of `scripts` or `bench`, named from the root. Returns the file in `dist` that runs it. */
export function compileProgram(file: string): Promise<string>;
