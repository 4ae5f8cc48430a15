import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "../wire.ts";

/** The user of the page, undefined until the server has answered. */
export const SessionContext = createContext<Session | undefined>(undefined);

/** Returns the user of the page: their role decides which changes a view offers. */
export const useSession = (): Session | undefined => useContext(SessionContext);
