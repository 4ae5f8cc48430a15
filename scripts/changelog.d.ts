export function unreleased(text: string): string;
export function released(text: string, version: string, at: Date): string;
