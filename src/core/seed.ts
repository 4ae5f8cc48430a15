/**
 * Returns the seed of one partition: a 32-bit hash of the run's seed and the encoded partition key, so that chunk size,
 * worker count, engine and order never change what a model does with randomness. (MurmurHash3 x86 32-bit over the
 * UTF-16 code units of the key, each as two bytes.)
 *
 * @returns an integer in [0, 2^32)
 * @see Appleby (2008), MurmurHash3, public domain
 */
export function partitionSeed(runSeed: number, partitionKey: string): number {
  let hash = runSeed >>> 0;
  const length = partitionKey.length;
  for (let i = 0; i < length; i += 2) {
    let k = partitionKey.charCodeAt(i) | ((i + 1 < length ? partitionKey.charCodeAt(i + 1) : 0) << 16);
    k = Math.imul(k, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    hash ^= k;
    if (i + 1 < length) hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= 2 * length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
