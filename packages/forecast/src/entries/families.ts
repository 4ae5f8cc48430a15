/**
 * The methods by name, in families of methods that are used without the others.
 *
 * @module
 */
export { type Dispatched, dispatch, type Kinds } from "../model/dispatch.ts";
export { ARIMA, FAMILIES, type Family, type Fit, SIMPLE, SMOOTHING, TBATS } from "../model/families.ts";
export { METHODS, type Method } from "../model/methods.ts";
export { KINDS } from "../model/model.ts";
