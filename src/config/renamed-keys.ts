/** Keys of the configuration that had another name before, by block: the old name, and the name of now. */
export const RENAMED_KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  train: { chunks_per_job: "chunks", model_key_arg: "key_arg" },
  register: { name: "model" },
};

/**
 * Returns a configuration with the keys of now. Both names of a key keep working, but not both at once.
 *
 * @param refuse - throws for a key that stands under both names
 */
export function renameKeys(config: unknown, refuse: (keys: PropertyKey[], why: string) => never): unknown {
  if (!isBlock(config)) return config;
  const renamed = { ...config };
  for (const [name, names] of Object.entries(RENAMED_KEYS)) {
    const block = config[name];
    if (!isBlock(block)) continue;
    for (const [old, now] of Object.entries(names))
      if (Object.hasOwn(block, old) && Object.hasOwn(block, now))
        refuse([name, old], `${name}.${old}: is the former name of ${name}.${now}; leave one of them out`);
    renamed[name] = Object.fromEntries(
      Object.entries(block).map(([key, value]) => [Object.hasOwn(names, key) ? names[key] : key, value]),
    );
  }
  return renamed;
}

/** Returns the path of a key by the name that the configuration has it under. */
export function asWritten(config: unknown, keys: PropertyKey[]): PropertyKey[] {
  const [name, key, ...deeper] = keys;
  const names = typeof name === "string" ? RENAMED_KEYS[name] : undefined;
  const block = isBlock(config) && typeof name === "string" ? config[name] : undefined;
  const old = Object.entries(names ?? {}).find(([former, now]) => now === key && isBlock(block) && former in block);
  return old === undefined || name === undefined ? keys : [name, old[0], ...deeper];
}

const isBlock = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
