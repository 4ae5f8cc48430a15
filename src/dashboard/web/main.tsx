import { render } from "preact";
import { App } from "./app.tsx";
import { followLinks } from "./route.ts";
import { applyTheme } from "./theme.ts";

applyTheme();
document.addEventListener("click", followLinks);
const root = document.getElementById("app");
if (root === null) throw new Error("the page has no element #app");
render(<App />, root);
