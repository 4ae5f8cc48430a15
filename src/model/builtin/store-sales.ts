import { storeSales } from "./store-sales-definition.ts";

/** Sales with promotions, prices and the like, by a linear model for each partition (see `storeSales`). */
export default storeSales();
