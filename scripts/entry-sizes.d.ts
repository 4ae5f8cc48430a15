/** Bundles and minifies a typical import of each entry of `@manymodel/forecast`. */
export function entrySizes(): Promise<{ entry: string; about: string; imports: string; bytes: number }[]>;
