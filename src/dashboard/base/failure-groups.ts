/** Failures that say the same thing. */
interface Failures {
  readonly type: string;
  readonly message: string;
  readonly count: number;
}

/** Failures of one type whose messages differ in nothing but numbers. */
export interface FailureKind<T> extends Failures {
  readonly members: readonly T[];
}

/** Groups failures by type and message, numbers apart; in the order in which each kind first occurs. */
export function failureKinds<T extends Failures>(failures: readonly T[]): FailureKind<T>[] {
  const kinds = new Map<string, { readonly first: T; readonly members: T[] }>();
  for (const one of failures) {
    const name = JSON.stringify([one.type, withoutNumbers(one.message)]);
    const group = kinds.get(name);
    if (group === undefined) kinds.set(name, { first: one, members: [one] });
    else group.members.push(one);
  }
  return [...kinds.values()].map(({ first: { type, message }, members }) => {
    return {
      type,
      message: members.length === 1 ? message : withoutNumbers(message),
      count: members.reduce((sum, { count }) => sum + count, 0),
      members,
    };
  });
}

const withoutNumbers = (message: string): string => message.replace(/\d+(?:[.,]\d+)*/g, "…");
