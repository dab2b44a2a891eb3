"""What people read when a login fails, in Spanish: for the pages of an application that speaks it."""

from __future__ import annotations

from clever_sso._web.button import words

SENTENCES = {
    "Clever cannot be reached right now. Please wait a minute, then try again.": (
        "No se puede conectar con Clever en este momento. Espera un minuto e inténtalo de nuevo."
    ),
    "Signing in did not work this time. Please try again.": "No pudiste iniciar sesión esta vez. Inténtalo de nuevo.",
    "This app is not set up for Clever correctly. Please tell your teacher or school.": (
        "Esta aplicación no está bien configurada para Clever. Avisa a tu maestro o a tu escuela."
    ),
    "You are signed in, but you may not open this page. Please ask your teacher or your school for access.": (
        "Iniciaste sesión, pero no puedes abrir esta página. Pide acceso a tu maestro o a tu escuela."
    ),
    "You signed in, but this site did not remember it. Please tell your teacher or school.": (
        "Iniciaste sesión, pero este sitio no lo recordó. Avisa a tu maestro o a tu escuela."
    ),
    "Your browser blocked a cookie this site needs to sign you in. Allow cookies for this site, then try again.": (
        "Tu navegador bloqueó una cookie que este sitio necesita para iniciar tu sesión. Permite las cookies de este "
        "sitio e inténtalo de nuevo."
    ),
    "Clever did not let you into this app. Please ask your teacher or your school for access.": (
        "Clever no te dejó entrar en esta aplicación. Pide acceso a tu maestro o a tu escuela."
    ),
    "Your account doesn't have access to this app. Please ask your teacher or your school for help.": (
        "Tu cuenta no tiene acceso a esta aplicación. Pide ayuda a tu maestro o a tu escuela."
    ),
    "Your account was removed from this app. Please ask your teacher or your school for access.": (
        "Tu cuenta se eliminó de esta aplicación. Pide acceso a tu maestro o a tu escuela."
    ),
    "Your account needs a check before you can use Clever here. Please ask your school for help.": (
        "Hay que revisar tu cuenta antes de que puedas usar Clever aquí. Pide ayuda a tu escuela."
    ),
    "Your account manages this site. Please log in with your password instead of Clever.": (
        "Tu cuenta administra este sitio. Inicia sesión con tu contraseña en lugar de Clever."
    ),
    "Your account already belongs to another person at Clever. Please disconnect it first.": (
        "Tu cuenta ya está vinculada a otra persona en Clever. Desvincúlala primero."
    ),
    "This Clever account already belongs to another account of this app.": (
        "Esta cuenta de Clever ya está vinculada a otra cuenta de esta aplicación."
    ),
    "Please set a password first. Without one you could not log in any more.": (
        "Primero crea una contraseña. Sin ella ya no podrías iniciar sesión."
    ),
    # The pages themselves.
    "Log in with Clever": "Iniciar sesión con Clever",
    "Go to the start page": "Ir a la página de inicio",
    "Go back": "Volver",
    "Signing in did not work": "No se pudo iniciar sesión",
    "This page is not open to you": "No puedes abrir esta página",
    "Your Clever account was not changed here": "Tu cuenta de Clever no cambió aquí",
    "Log in as somebody else": "Entrar con otra cuenta",
    "If you ask somebody for help, tell them this word: ": "Si pides ayuda, di esta palabra: ",
    "Signing you in": "Iniciando tu sesión",
    "One moment, please.": "Un momento, por favor.",
    "Go on if nothing happens": "Continúa si no pasa nada",
    "Connect Clever": "Vincular Clever",
    "Link {person} to this account ({account})?": "¿Vincular a {person} con esta cuenta ({account})?",
    "Yes, link it": "Sí, vincular",
    "Not you? Cancel": "¿No eres tú? Cancelar",
    "If this is somebody else, cancel. Log out at Clever, and try again.": (
        "Si es otra persona, cancela. Cierra la sesión en Clever e inténtalo de nuevo."
    ),
    # Roles.
    "student": "estudiante",
    "teacher": "docente",
    "staff": "personal",
    "district admin": "administración del distrito",
    "contact": "familiar",
}
"""English, and the same in Spanish."""


def spoken(text: str, language: str | None) -> str:
    """The same in this language, if it is Spanish and the text is from the package; otherwise unchanged."""
    return SENTENCES.get(text, text) if words(language)[0] == "es" else text
