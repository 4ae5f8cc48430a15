export const STATEMENTS: readonly { readonly phase: string; readonly name: string; readonly text: string }[];
export function shapeOf(text: string): string;
export function statementsDocument(): string;
