// Written by `make sentences` from the catalogue of failures. Do not edit.

export type Sentence = readonly [english: string, spanish: string];

export const AGAIN: Sentence = [
  "Signing in did not work this time. Please try again.",
  "Esta vez no se pudo iniciar sesión. Inténtalo de nuevo.",
];
export const BLOCKED: Sentence = [
  "Your browser blocked a cookie this site needs to sign you in. Allow cookies for this site, then try again.",
  "Tu navegador bloqueó una cookie que este sitio necesita para iniciar tu sesión. Permite las cookies de este sitio e inténtalo de nuevo.",
];
export const LATER: Sentence = [
  "Clever cannot be reached right now. Please wait a minute, then try again.",
  "No se puede conectar con Clever en este momento. Espera un minuto e inténtalo de nuevo.",
];
export const SETUP: Sentence = [
  "This app has a problem with Clever. Please tell someone at your school.",
  "Esta aplicación tiene un problema con Clever. Avisa a alguien de tu escuela.",
];
export const DENIED: Sentence = [
  "Clever did not let you into this app. Please ask someone at your school for access.",
  "Clever no te dejó entrar en esta aplicación. Pide acceso a alguien de tu escuela.",
];
