<?php

/** A login that failed, for the person in front of the browser. */

declare(strict_types=1);

namespace CleverSso;

/** What the page of a failed login says. Every text goes through htmlspecialchars before it is HTML. */
final readonly class Problem
{
    public const ACCESS_DENIED = 'access_denied';
    public const NOT_ADMITTED = 'not_admitted';
    public const CONFIG_INVALID = 'config_invalid';
    public const PAGE_NOT_ALLOWED = 'page_not_allowed';

    public function __construct(
        /** What the person reads. */
        public string $sentence,
        /** The word for support: a code word of docs/errors.md, access_denied (Clever) or not_admitted (the app). */
        public string $code,
        /** The HTTP status of the page. */
        public int $status,
        /** Where "try again" leads: to the same page, and as another person if the login was begun so. */
        public string $loginUrl,
        /** Where "log in as another person" leads. */
        public string $switchUserUrl,
        /** How many seconds to wait before the next try, if that is known. */
        public ?int $retryAfter = null,
        /** Where to go on instead of trying again, when the person is signed in (page_not_allowed); empty otherwise. */
        public string $homeUrl = '',
    ) {
    }

    /** @internal */
    public static function of(Exception $error, Web $web, string $home): self
    {
        return new self(
            $error->getUserMessage(),
            $error->getCodeWord(),
            $error->getPageStatus(),
            $web->loginUrl($error->getReturnTo(), $error->getSwitchUser()),
            $web->loginUrl($error->getReturnTo(), switchUser: true),
            $error->getRetryAfter(),
            $error->getCodeWord() === self::PAGE_NOT_ALLOWED ? $home : '',
        );
    }

    /** @internal Clever refused the person. */
    public static function denied(Web $web, Denied $outcome): self
    {
        $sentence = 'Clever did not let you into this app. Please ask your teacher or your school for access.';
        return self::made($sentence, self::ACCESS_DENIED, 403, $web, $outcome);
    }

    /** @internal The application refused the person. */
    public static function notAdmitted(Web $web, SignedIn $outcome): self
    {
        $sentence = "Your account doesn't have access to this app. Please ask your teacher or your school for access.";
        return self::made($sentence, self::NOT_ADMITTED, 403, $web, $outcome);
    }

    /** @internal */
    public static function setup(Web $web): self
    {
        $sentence = 'This app is not set up for Clever correctly. Please tell your teacher or school.';
        return self::made($sentence, self::CONFIG_INVALID, 500, $web);
    }

    /**
     * @internal
     *
     * @param (callable(self): void)|null $show
     */
    public function send(?callable $show): void
    {
        http_response_code($this->status);
        self::head();
        if ($this->retryAfter !== null) {
            header("Retry-After: {$this->retryAfter}");
        }
        ($show ?? self::show(...))($this);
    }

    /** @internal The page that leads on to where the login is finished. */
    public static function wait(string $onwards): void
    {
        self::head();
        $onwards = self::html($onwards);
        self::page('Signing you in', <<<HTML
            <meta http-equiv="refresh" content="0; url={$onwards}">
            <h1>Signing you in</h1>
            <p role="status">One moment, please. <a href="{$onwards}">Go on</a></p>
            HTML);
    }

    private static function made(
        string $sentence,
        string $code,
        int $status,
        Web $web,
        SignedIn|Denied|null $outcome = null,
    ): self {
        $again = $web->loginUrl($outcome?->returnTo, $outcome?->switchUser ?? false);
        return new self($sentence, $code, $status, $again, $web->loginUrl($outcome?->returnTo, switchUser: true));
    }

    private static function show(self $problem): void
    {
        $html = self::html(...);
        $isSignedIn = $problem->homeUrl !== '';
        $title = $isSignedIn ? 'This page is not open to you' : 'Signing in did not work';
        $again = $isSignedIn ? ['Go to the start page', $problem->homeUrl] : ['Try again', $problem->loginUrl];
        self::page($title, <<<HTML
            <h1>{$title}</h1>
            <p role="alert">{$html($problem->sentence)}</p>
            <p><a href="{$html($again[1])}">{$again[0]}</a></p>
            <p><a href="{$html($problem->switchUserUrl)}">Log in as another person</a></p>
            <p>If you ask somebody for help, tell them this word: <code>{$html($problem->code)}</code></p>
            HTML);
    }

    private static function page(string $title, string $content): void
    {
        echo <<<HTML
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{$title}</title>
            {$content}

            HTML;
    }

    private static function head(): void
    {
        header('Content-Type: text/html; charset=utf-8');
        header("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    }

    private static function html(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5, 'UTF-8');
    }
}
