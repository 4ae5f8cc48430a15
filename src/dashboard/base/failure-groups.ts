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
  const kinds = new Map<string, T[]>();
  for (const one of failures) {
    const name = JSON.stringify([one.type, withoutNumbers(one.message)]);
    const known = kinds.get(name);
    if (known === undefined) kinds.set(name, [one]);
    else known.push(one);
  }
  return [...kinds.values()].map((members) => {
    const { type, message } = members[0]!;
    return {
      type,
      message: members.length === 1 ? message : withoutNumbers(message),
      count: members.reduce((sum, { count }) => sum + count, 0),
      members,
    };
  });
}

const withoutNumbers = (message: string): string => message.replace(/\d+(?:[.,]\d+)*/g, "…");
