export { type DynamicThetaModel, type DynamicThetaState, dynamicOptimizedTheta } from "./dynamic-theta.ts";
export { type ThetaModel, theta } from "./theta.ts";
