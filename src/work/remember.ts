/** Calls `load` once per name; a failure is not kept. */
export function remember<T>(load: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const values = new Map<string, Promise<T>>();
  return (name) => {
    const value = values.get(name) ?? load(name);
    values.set(name, value);
    value.catch(() => values.delete(name));
    return value;
  };
}
