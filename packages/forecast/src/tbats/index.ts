export { decompose, type TbatsComponents } from "./components.ts";
export type { TbatsForm, TbatsParameters } from "./form.ts";
export { bats, type TbatsOptions, tbats, tbatsLike } from "./tbats.ts";
export type { TbatsModel, TbatsState } from "./tbats-model.ts";
