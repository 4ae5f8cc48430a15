declare global {
  /**
   * True in a table function that only scores. The compiler of table functions replaces the expression by `true` or `false`, so that the
   * code of fitting, which such a function never calls, takes none of its 100 KB. A definition writes the whole expression
   * where it names its fits: only then can the compiler leave them out.
   */
  var MANYMODEL_SCORES_ONLY: true | undefined;
}

export {};
