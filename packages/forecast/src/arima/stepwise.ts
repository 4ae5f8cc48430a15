import { type Candidate, keyOf, type Search, type SearchSpace, type Tried, tryCandidate } from "./search.ts";

/** A search stops after this many candidates. */
const MOST = 94;

/**
 * The neighbours of a model in the order they are tried: seasonal orders, then the others, one up or down or both at
 * once, then the constant.
 */
const NEIGHBOURS: readonly (readonly [p: number, q: number, P: number, Q: number])[] = [
  [0, 0, -1, 0],
  [0, 0, 0, -1],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [0, 0, -1, -1],
  [0, 0, -1, 1],
  [0, 0, 1, -1],
  [0, 0, 1, 1],
  [-1, 0, 0, 0],
  [0, -1, 0, 0],
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [-1, -1, 0, 0],
  [-1, 1, 0, 0],
  [1, -1, 0, 0],
  [1, 1, 0, 0],
];

/** Changes of p and q that are tried with the other constant where no neighbour is better. */
const OTHER_CONSTANT = NEIGHBOURS.filter(([, , dP, dQ]) => dP === 0 && dQ === 0);

/** Changes of p and q by two that are tried at last. */
const LEAPS: typeof NEIGHBOURS = [
  [0, 2, 0, 0],
  [2, 0, 0, 0],
  [-2, 0, 0, 0],
  [0, -2, 0, 0],
];

/**
 * Searches stepwise: from the best of four models (and one without a constant) to its first neighbour that is better,
 * until none is. A model whose roots disqualify it can stand between the best so far and a better one. If no neighbour
 * is better, the search tries neighbours with the other constant, then changes of p or q by two.
 *
 * A search by approximation fits doubtful models exactly (see `tryCandidate`), so it takes no such detours. If one of the
 * largest models is better than the model found, the search comes down from there. A search that starts from an earlier model
 * only goes on.
 *
 * @see Hyndman & Khandakar (2008), doi:10.18637/jss.v027.i03, §3.2
 */
export function searchStepwise(
  search: Search,
  start: { readonly p: number; readonly q: number; readonly P: number; readonly Q: number },
  earlier?: Tried,
): void {
  const { maxP, maxQ, maxSeasonalP, maxSeasonalQ, allowConstant, period, approximation } = search.space;
  const seasonal = period > 1;
  const limit = ({ p, q, P, Q, constant }: Candidate): Candidate => ({
    p: Math.min(p, maxP),
    q: Math.min(q, maxQ),
    P: seasonal ? Math.min(P, maxSeasonalP) : 0,
    Q: seasonal ? Math.min(Q, maxSeasonalQ) : 0,
    constant: constant && allowConstant,
  });
  const constant = allowConstant;
  const first = [
    { ...start, constant },
    { p: 0, q: 0, P: 0, Q: 0, constant },
    { p: 1, q: 0, P: 1, Q: 0, constant },
    { p: 0, q: 1, P: 0, Q: 1, constant },
    { p: 0, q: 0, P: 0, Q: 0, constant: false },
  ];
  if (earlier === undefined || !tryCandidate(search, limit(earlier), earlier))
    for (const candidate of first) tryCandidate(search, limit(candidate), undefined);
  // Called again after the best was disqualified, the search goes on from what is now the best.
  climb(search);
  if (approximation && earlier === undefined) {
    for (const candidate of largest(search.space)) tryCandidate(search, limit(candidate), undefined);
    climb(search);
  }
}

/** Moves from the best candidate to its first neighbour that is better, until none is. */
function climb(search: Search): void {
  const { maxP, maxQ, maxSeasonalP, maxSeasonalQ, allowConstant, period, approximation } = search.space;
  const seasonal = period > 1;
  for (let improved = true; improved && search.tried.size < MOST; ) {
    const from = search.best;
    if (from === undefined || from.criterion === Infinity) return;
    const walk = (steps: typeof NEIGHBOURS, constant: boolean, parent: Tried) =>
      steps.some(([dp, dq, dP, dQ]) => {
        if (!seasonal && (dP !== 0 || dQ !== 0)) return false;
        if (search.tried.size >= MOST) return false;
        const p = from.p + dp;
        const q = from.q + dq;
        const P = from.P + dP;
        const Q = from.Q + dQ;
        const inside =
          p >= 0 && p <= maxP && q >= 0 && q <= maxQ && P >= 0 && P <= maxSeasonalP && Q >= 0 && Q <= maxSeasonalQ;
        return inside && tryCandidate(search, { p, q, P, Q, constant }, parent);
      });
    improved = walk(NEIGHBOURS, from.constant, from);
    if (!improved && allowConstant) {
      const other = { ...pick(from), constant: !from.constant };
      improved = tryCandidate(search, other, from);
      const tried = search.tried.get(keyOf(other));
      if (!approximation)
        improved ||= walk(OTHER_CONSTANT, other.constant, tried?.estimate === undefined ? from : tried);
    }
    if (!approximation) improved ||= walk(LEAPS, from.constant, from);
  }
}

function pick({ p, q, P, Q }: Candidate): { p: number; q: number; P: number; Q: number } {
  return { p, q, P, Q };
}

/**
 * Returns the largest models of a few kinds. A step changes an order by one, and several may have to change before a model is better:
 * from the largest ones the search also comes down.
 */
function largest({ maxP, maxQ, maxSeasonalP, maxSeasonalQ, allowConstant: constant }: SearchSpace): Candidate[] {
  return [
    { p: maxP, q: 0, P: maxSeasonalP, Q: 0, constant },
    { p: 0, q: maxQ, P: maxSeasonalP, Q: maxSeasonalQ, constant },
    { p: maxP, q: 0, P: 0, Q: maxSeasonalQ, constant },
    { p: maxP, q: Math.min(2, maxQ), P: 0, Q: maxSeasonalQ, constant },
  ];
}

/** Tries every model of the search space whose orders add up to at most `maxOrder`. */
export function searchGrid(search: Search): void {
  const { maxP, maxQ, maxSeasonalP, maxSeasonalQ, maxOrder, allowConstant, period } = search.space;
  for (const constant of allowConstant ? [true, false] : [false])
    for (let P = 0; P <= (period > 1 ? maxSeasonalP : 0); P++)
      for (let Q = 0; Q <= (period > 1 ? maxSeasonalQ : 0); Q++)
        for (let p = 0; p <= maxP; p++)
          for (let q = 0; q <= maxQ; q++) {
            if (p + q + P + Q > maxOrder) continue;
            const candidate = { p, q, P, Q, constant };
            const before = q > 0 ? { ...candidate, q: q - 1 } : { ...candidate, p: p - 1 };
            tryCandidate(search, candidate, search.tried.get(keyOf(before)));
          }
}
