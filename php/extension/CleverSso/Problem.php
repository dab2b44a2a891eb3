<?php

/** A failed login, for the page that the person sees. */

declare(strict_types=1);

namespace CleverSso;

/** The content of the page of a failed login. In HTML, pass every text through htmlspecialchars. */
final class Problem
{
    use Unchangeable;

    public const ACCESS_DENIED = 'access_denied';
    public const NOT_ADMITTED = 'not_admitted';
    public const CONFIG_INVALID = 'config_invalid';
    public const PAGE_NOT_ALLOWED = 'page_not_allowed';
    public const INTERNAL = 'internal';
    /** @internal The headers of the page, whether the page is yours or the package's. */
    public const HEADERS = [
        'Content-Type' => 'text/html; charset=utf-8',
        'Content-Security-Policy' => "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ];

    /** @internal The style sheet of the package's page. */
    public const STYLE = ':root { color-scheme: light dark; font: 1.0625rem/1.6 system-ui, sans-serif }'
        . ' body { max-width: 30rem; margin: 8vh auto; padding: 0 1rem; overflow-wrap: anywhere; background: Canvas }'
        . ' a:focus-visible { outline: 3px solid; outline-offset: 2px }';

    public function __construct(
        /** What the person reads. */
        public readonly string $sentence,
        /** The error code for support: a code of docs/errors.md, access_denied (Clever) or not_admitted (the app). */
        public readonly string $code,
        /** The HTTP status of the page. */
        public readonly int $status,
        /** Where "try again" leads: a new login with the same page to return to. It asks for another person if this login did. */
        public readonly string $loginUrl,
        /** Where "Log in as someone else" leads. */
        public readonly string $switchUserUrl,
        /** How many seconds to wait before the next try, if that is known. */
        public readonly ?int $retryAfter = null,
        /** The page to continue at, when the person stays signed in (page_not_allowed); empty otherwise. */
        public readonly string $homeUrl = '',
        /** The language of the sentence, for the page: en or es. */
        public readonly string $language = 'en',
    ) {
    }

    /** @internal */
    public static function of(Exception $error, BrowserLeg $leg, string $home): self
    {
        return new self(
            $error->getUserMessageIn($leg->language),
            $error->getCodeWord(),
            $error->getPageStatus(),
            $leg->loginUrl($error->getReturnTo(), $error->getSwitchUser()),
            $leg->loginUrl($error->getReturnTo(), switchUser: true),
            $error->getRetryAfter(),
            $error->getCodeWord() === self::PAGE_NOT_ALLOWED ? $home : '',
            $leg->language,
        );
    }

    /** @internal Clever refused the person. */
    public static function denied(BrowserLeg $leg, Denied $outcome): self
    {
        $sentence = 'Clever did not let you into this app. Please ask someone at your school for access.';
        return self::made($sentence, self::ACCESS_DENIED, 403, $leg, $outcome);
    }

    /** @internal The application refused the person. */
    public static function notAdmitted(BrowserLeg $leg, SignedIn $outcome, ?string $sentence = null): self
    {
        $sentence ??= "Your account doesn't have access to this app. Please ask someone at your school for help.";
        return self::made($sentence, self::NOT_ADMITTED, 403, $leg, $outcome);
    }

    /** @internal The application is not set up, or its own code failed. */
    public static function ofTheApp(BrowserLeg $leg, string $code, ?SignedIn $outcome = null): self
    {
        $sentence = 'This app has a problem with Clever. Please tell someone at your school.';
        return self::made($sentence, $code, 500, $leg, $outcome);
    }

    /** @internal The waiting page. It continues by itself to the address where the login finishes. */
    public static function wait(string $onwards, string $language): string
    {
        $onwards = self::escaped($onwards);
        $say = self::saying($language);
        return self::page('Signing you in', <<<HTML
            <p role="status">{$say('One moment, please.')}</p>
            <p><a href="{$onwards}">{$say('Click here if nothing happens')}</a></p>
            HTML, $language, "<meta http-equiv=\"refresh\" content=\"0; url={$onwards}\">");
    }

    private static function made(
        string $sentence,
        string $code,
        int $status,
        BrowserLeg $leg,
        SignedIn|Denied|null $outcome = null,
    ): self {
        $again = $leg->loginUrl($outcome?->returnTo, $outcome?->switchUser ?? false);
        $other = $leg->loginUrl($outcome?->returnTo, switchUser: true);
        $sentence = Sentences::translated($sentence, $leg->language);
        return new self($sentence, $code, $status, $again, $other, language: $leg->language);
    }

    /** The package's own page for this problem. */
    public function html(): string
    {
        $html = self::escaped(...);
        $isSignedIn = $this->homeUrl !== '';
        $title = $isSignedIn ? 'You cannot open this page' : 'Signing in did not work';
        $again = $isSignedIn ? ['Go to the start page', $this->homeUrl] : ['Log in with Clever', $this->loginUrl];
        $say = self::saying($this->language);
        return self::page($title, <<<HTML
            <p role="alert">{$html($this->sentence)}</p>
            <p><a href="{$html($again[1])}">{$say($again[0])}</a></p>
            <p><a href="{$html($this->switchUserUrl)}">{$say('Log in as someone else')}</a></p>
            <p>{$say('Need help? Show this code to someone at your school:')} <code>{$html($this->code)}</code></p>
            HTML, $this->language);
    }

    private static function page(string $title, string $content, string $language, string $head = ''): string
    {
        $title = self::saying($language)($title);
        $tag = Sentences::language($language);
        $style = self::STYLE;
        return <<<HTML
            <!doctype html>
            <html lang="{$tag}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            {$head}<title>{$title}</title>
            <style>{$style}</style>
            </head>
            <body>
            <main>
            <h1>{$title}</h1>
            {$content}
            </main>
            </body>
            </html>

            HTML;
    }

    /** @return \Closure(string): string The words of the pages in a language, as HTML. */
    private static function saying(string $language): \Closure
    {
        return fn(string $text): string => self::escaped(Sentences::translated($text, $language));
    }

    private static function escaped(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5, 'UTF-8');
    }
}
