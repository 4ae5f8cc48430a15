import { render } from "preact";
import { App } from "./app.tsx";
import { followLinks } from "./route.ts";
import { applyTheme } from "./theme.ts";

applyTheme();
document.addEventListener("click", followLinks);
render(<App />, document.getElementById("app")!);
