// The act of proving a second factor in a session. Guesses are counted before they are judged, an answer works once,
// and the session token changes with the proof. What a proof is worth is assessed elsewhere (assurance.ts).
import { createHash } from 'node:crypto';
