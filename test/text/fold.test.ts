import { expect, it } from "vitest";
import { fold, searchWords } from "../../src/text/fold.ts";

it("compares texts in lower case and without accents", () => {
  expect(fold("KÖLN, Toy-1035")).toBe("koln, toy-1035");
  // The same letter, composed and decomposed.
  expect(fold("München")).toBe(fold("Mu\u0308nchen"));
  expect(fold("Łódź")).toBe("łodz");
  // Syllables and letters without a decomposition come back as they were.
  expect(fold("서울 çødé")).toBe("서울 cøde");
});

it("takes blanks and commas as ends of words", () => {
  expect(searchWords(" Köln,  TOY ")).toEqual(["koln", "toy"]);
  expect(searchWords(" , ")).toEqual([]);
});
