<?php

/** Written by `make sentences` from docs/errors.md. Do not edit. */

declare(strict_types=1);

namespace CleverSso;

/** @internal What people read, in English and Spanish. */
final class Sentences
{
    private const SPANISH = [
        'Signing in did not work this time. Please try again.' =>
            'Esta vez no se pudo iniciar sesión. Inténtalo de nuevo.',
        'Your browser blocked a cookie this site needs to sign you in. Allow cookies for this site, then try again.' =>
            'Tu navegador bloqueó una cookie que este sitio necesita para iniciar tu sesión. Permite las cookies de este sitio e inténtalo de nuevo.',
        'You signed in, but this site did not remember it. Please tell someone at your school.' =>
            'Iniciaste sesión, pero este sitio no lo recordó. Avisa a alguien de tu escuela.',
        'You are signed in, but you may not open this page. Please ask someone at your school for access.' =>
            'Iniciaste sesión, pero no puedes abrir esta página. Pide acceso a alguien de tu escuela.',
        'This app has a problem with Clever. Please tell someone at your school.' =>
            'Esta aplicación tiene un problema con Clever. Avisa a alguien de tu escuela.',
        'Signing in started over too many times. Close your other tabs, then try again. If that does not help, tell someone at your school.' =>
            'El inicio de sesión empezó de nuevo demasiadas veces. Cierra las otras pestañas e inténtalo de nuevo. Si eso no ayuda, avisa a alguien de tu escuela.',
        'Clever cannot be reached right now. Please wait a minute, then try again.' =>
            'No se puede conectar con Clever en este momento. Espera un minuto e inténtalo de nuevo.',
        'Clever did not let you into this app. Please ask someone at your school for access.' =>
            'Clever no te dejó entrar en esta aplicación. Pide acceso a alguien de tu escuela.',
        'Your account doesn\'t have access to this app. Please ask someone at your school for help.' =>
            'Tu cuenta no tiene acceso a esta aplicación. Pide ayuda a alguien de tu escuela.',
        'You are not signed in.' =>
            'No has iniciado sesión.',
        'Your account doesn\'t have access to this.' =>
            'Tu cuenta no tiene acceso a esto.',
        'Please log in' =>
            'Inicia sesión',
        'Signing in did not work' =>
            'No se pudo iniciar sesión',
        'You cannot open this page' =>
            'No puedes abrir esta página',
        'Nothing was changed' =>
            'No se cambió nada',
        'Go to the start page' =>
            'Ir a la página de inicio',
        'Go back' =>
            'Volver',
        'Log in as someone else' =>
            'Entrar con otra cuenta',
        'Need help? Show this code to someone at your school:' =>
            '¿Necesitas ayuda? Muestra este código a alguien de tu escuela:',
        'Signing you in' =>
            'Iniciando tu sesión',
        'One moment, please.' =>
            'Un momento, por favor.',
        'Click here if nothing happens' =>
            'Haz clic aquí si no pasa nada',
        'Log in with Clever' =>
            'Iniciar sesión con Clever',
        'Signed in as {}' =>
            'Sesión iniciada como {}',
        'Not you?' =>
            '¿No eres tú?',
        'Log out' =>
            'Cerrar sesión',
        'a person with no name' =>
            'una persona sin nombre',
        'Connect Clever' =>
            'Vincular Clever',
        'Link {person} to this account ({account})?' =>
            '¿Vincular a {person} con esta cuenta ({account})?',
        'Yes, link it' =>
            'Sí, vincular',
        'Not you? Cancel' =>
            '¿No eres tú? Cancelar',
        'If this is someone else, cancel. Log out at Clever, and try again.' =>
            'Si es otra persona, cancela. Cierra la sesión en Clever e inténtalo de nuevo.',
        'Your account was removed from this app. Please ask someone at your school for access.' =>
            'Se eliminó tu cuenta de esta aplicación. Pide acceso a alguien de tu escuela.',
        'Your account needs a check before you can use Clever here. Please ask your school for help.' =>
            'Hay que revisar tu cuenta antes de que puedas usar Clever aquí. Pide ayuda a tu escuela.',
        'Your account manages this site. Please log in with your password instead of Clever.' =>
            'Tu cuenta administra este sitio. Inicia sesión con tu contraseña en lugar de Clever.',
        'Your account here is linked to another person at Clever. Please unlink it first.' =>
            'Tu cuenta ya está unida a otra persona en Clever. Primero quita ese vínculo.',
        'This Clever account is already used with another account here. Please ask your school for help.' =>
            'Esta cuenta de Clever ya se usa con otra cuenta de este sitio. Pide ayuda a tu escuela.',
        'Please set a password first. Without one, you cannot log in again.' =>
            'Primero crea una contraseña. Sin ella ya no podrías iniciar sesión.',
        'student' =>
            'estudiante',
        'teacher' =>
            'maestro',
        'staff' =>
            'personal',
        'district admin' =>
            'administrador del distrito',
        'contact' =>
            'familiar',
    ];

    /**
     * The language that a person wants: 'es' if they prefer Spanish to English, otherwise 'en'.
     *
     * @param string $wanted A tag such as es or es-MX, or the value of the Accept-Language header (RFC 9110 12.5.4).
     */
    public static function language(string $wanted): string
    {
        [$best, $most] = ['en', 0.0];
        // Browsers send a few languages; the rest is ignored.
        foreach (array_slice(explode(',', $wanted, 101), 0, 100) as $part) {
            $parameters = array_map(fn(string $each) => trim($each, " \t"), explode(';', strtolower($part)));
            $language = preg_split('/[-_]/', array_shift($parameters))[0];
            $weights = array_filter($parameters, fn(string $parameter) => str_starts_with($parameter, 'q='));
            // A weight that is not a number counts as 0.
            $weight = $weights === [] ? 1.0 : min(1.0, (float) substr(reset($weights), 2));
            // Of languages with the same weight, the first one wins.
            if (in_array($language, ['en', 'es'], true) && $weight > $most) {
                [$best, $most] = [$language, $weight];
            }
        }
        return $best;
    }

    /** The same sentence in the language that a person wants. Sentences of the application stay as they are. */
    public static function translated(string $sentence, string $wanted): string
    {
        return self::language($wanted) === 'es' ? self::SPANISH[$sentence] ?? $sentence : $sentence;
    }
}
