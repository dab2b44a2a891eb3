//! What people read, in Spanish.

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Spanish,
}

const SENTENCES: [(&str, &str); 24] = [
    (
        "Clever cannot be reached right now. Please wait a minute, then try again.",
        "No se puede conectar con Clever en este momento. Espera un minuto e inténtalo de nuevo.",
    ),
    (
        "Signing in did not work this time. Please try again.",
        "No pudiste iniciar sesión esta vez. Inténtalo de nuevo.",
    ),
    (
        "This app is not set up for Clever correctly. Please tell your teacher or school.",
        "Esta aplicación no está bien configurada para Clever. Avisa a tu maestro o a tu escuela.",
    ),
    (
        "You are signed in, but you may not open this page. Please ask your teacher or your school for access.",
        "Iniciaste sesión, pero no puedes abrir esta página. Pide acceso a tu maestro o a tu escuela.",
    ),
    (
        "You signed in, but this site did not remember it. Please tell your teacher or school.",
        "Iniciaste sesión, pero este sitio no lo recordó. Avisa a tu maestro o a tu escuela.",
    ),
    (
        "Your browser blocked a cookie this site needs to sign you in. Allow cookies for this site, then try again.",
        "Tu navegador bloqueó una cookie que este sitio necesita para iniciar tu sesión. Permite las cookies de este \
         sitio e inténtalo de nuevo.",
    ),
    (
        "Clever did not let you into this app. Please ask your teacher or your school for access.",
        "Clever no te dejó entrar en esta aplicación. Pide acceso a tu maestro o a tu escuela.",
    ),
    (
        "Your account doesn't have access to this app. Please ask your teacher or your school for help.",
        "Tu cuenta no tiene acceso a esta aplicación. Pide ayuda a tu maestro o a tu escuela.",
    ),
    ("You are not signed in.", "No has iniciado sesión."),
    ("Your account doesn't have access to this.", "Tu cuenta no tiene acceso a esto."),
    ("Log in with Clever", "Iniciar sesión con Clever"),
    ("Go to the start page", "Ir a la página de inicio"),
    ("Signing in did not work", "No se pudo iniciar sesión"),
    ("This page is not open to you", "No puedes abrir esta página"),
    ("Log in as somebody else", "Entrar con otra cuenta"),
    ("If you ask somebody for help, tell them this word:", "Si pides ayuda, di esta palabra:"),
    ("Signing you in", "Iniciando tu sesión"),
    ("One moment, please.", "Un momento, por favor."),
    ("Go on if nothing happens", "Continúa si no pasa nada"),
    ("Signed in as {}", "Sesión iniciada como {}"),
    ("Not you?", "¿No eres tú?"),
    ("Log out", "Cerrar sesión"),
    ("Please log in", "Inicia sesión"),
    ("somebody without a name", "alguien sin nombre"),
];

impl Language {
    /// Its tag (RFC 5646).
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The same in this language; a sentence of the application stays as it is.
    pub(super) fn say(self, text: &str) -> &str {
        let known = SENTENCES.iter().find(|(english, _)| self == Self::Spanish && *english == text);
        known.map_or(text, |(_, spanish)| spanish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    #[test]
    fn what_the_catalogue_says_to_people_is_there_in_spanish() {
        for code in ErrorCode::ALL {
            let sentence = code.user_message();
            assert_ne!(Language::Spanish.say(sentence), sentence, "{code}");
            assert_eq!(Language::English.say(sentence), sentence, "{code}");
        }
    }
}
