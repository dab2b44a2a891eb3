//! The texts of the pages: a failed login, the waiting page, the button, and the question before accounts are linked.

use super::sentences;

sentences! {
    ALL:
    // Why a person may not continue.
    DENIED,
        c"Clever did not let you into this app. Please ask someone at your school for access.",
        c"Clever no te dejó entrar en esta aplicación. Pide acceso a alguien de tu escuela.";
    NOT_ADMITTED,
        c"Your account doesn't have access to this app. Please ask someone at your school for help.",
        c"Tu cuenta no tiene acceso a esta aplicación. Pide ayuda a alguien de tu escuela.";
    NOT_SIGNED_IN, c"You are not signed in.", c"No has iniciado sesión.";
    NOT_ALLOWED, c"Your account doesn't have access to this.", c"Tu cuenta no tiene acceso a esto.";

    // The pages.
    PLEASE_LOG_IN, c"Please log in", c"Inicia sesión";
    DID_NOT_WORK, c"Signing in did not work", c"No se pudo iniciar sesión";
    NOT_OPEN, c"You cannot open this page", c"No puedes abrir esta página";
    NOT_CHANGED, c"Nothing was changed", c"No se cambió nada";
    START_PAGE, c"Go to the start page", c"Ir a la página de inicio";
    GO_BACK, c"Go back", c"Volver";
    SOMEONE_ELSE, c"Log in as someone else", c"Entrar con otra cuenta";
    TELL_THEM,
        c"Need help? Show this code to someone at your school:",
        c"¿Necesitas ayuda? Muestra este código a alguien de tu escuela:";
    SIGNING_IN, c"Signing you in", c"Iniciando tu sesión";
    ONE_MOMENT, c"One moment, please.", c"Un momento, por favor.";
    GO_ON, c"Click here if nothing happens", c"Haz clic aquí si no pasa nada";

    // The button, and who is signed in.
    LOG_IN, c"Log in with Clever", c"Iniciar sesión con Clever";
    SIGNED_IN_AS, c"Signed in as {}", c"Sesión iniciada como {}";
    NOT_YOU, c"Not you?", c"¿No eres tú?";
    LOG_OUT, c"Log out", c"Cerrar sesión";
    NO_NAME, c"a person with no name", c"una persona sin nombre";

    // An account that is linked to a person at Clever.
    CONNECT, c"Connect Clever", c"Vincular Clever";
    LINK, c"Link {person} to this account ({account})?", c"¿Vincular a {person} con esta cuenta ({account})?";
    YES_LINK, c"Yes, link it", c"Sí, vincular";
    CANCEL, c"Not you? Cancel", c"¿No eres tú? Cancelar";
    IF_SOMEONE_ELSE,
        c"If this is someone else, cancel. Log out at Clever, and try again.",
        c"Si es otra persona, cancela. Cierra la sesión en Clever e inténtalo de nuevo.";
    REMOVED,
        c"Your account was removed from this app. Please ask someone at your school for access.",
        c"Se eliminó tu cuenta de esta aplicación. Pide acceso a alguien de tu escuela.";
    NEEDS_CHECK,
        c"Your account needs a check before you can use Clever here. Please ask your school for help.",
        c"Hay que revisar tu cuenta antes de que puedas usar Clever aquí. Pide ayuda a tu escuela.";
    MANAGES,
        c"Your account manages this site. Please log in with your password instead of Clever.",
        c"Tu cuenta administra este sitio. Inicia sesión con tu contraseña en lugar de Clever.";
    LINKED_TO_ANOTHER_PERSON,
        c"Your account here is linked to another person at Clever. Please unlink it first.",
        c"Tu cuenta ya está unida a otra persona en Clever. Primero quita ese vínculo.";
    LINKED_TO_ANOTHER_ACCOUNT,
        c"This Clever account is already used with another account here. Please ask your school for help.",
        c"Esta cuenta de Clever ya se usa con otra cuenta de este sitio. Pide ayuda a tu escuela.";
    PASSWORD_FIRST,
        c"Please set a password first. Without one, you cannot log in again.",
        c"Primero crea una contraseña. Sin ella ya no podrías iniciar sesión.";

    // Roles.
    STUDENT, c"student", c"estudiante";
    TEACHER, c"teacher", c"maestro";
    STAFF, c"staff", c"personal";
    DISTRICT_ADMIN, c"district admin", c"administrador del distrito";
    CONTACT, c"contact", c"familiar";
}
