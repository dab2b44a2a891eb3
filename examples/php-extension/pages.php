<?php

/** What people see. Every text that is not ours goes through `text`. */

declare(strict_types=1);

namespace ReadingRoom;

/** A text as HTML: nothing in it can become a tag or leave an attribute. */
function text(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5, 'UTF-8');
}

/** Sends a page. It names a person or stands at an address with a code: no other site and no cache sees it. */
function show(string $title, string $content, int $status = 200): void
{
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    header('Cache-Control: no-store');
    header('Referrer-Policy: no-referrer');
    header("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    $title = text($title);
    echo <<<HTML
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{$title}</title>
        <style>
          :root { color-scheme: light dark; }
          body { margin: 0; font: 1.0625rem/1.6 system-ui, sans-serif; }
          main { max-width: 30rem; margin: 8vh auto; padding: 0 1.5rem; }
          button { width: 100%; padding: .8rem 1rem; font: inherit; font-weight: 600; border-radius: .5rem; }
          dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; }
          dd { margin: 0; overflow-wrap: anywhere; }
        </style>
        </head>
        <body>
        <main>
        {$content}
        </main>
        </body>
        </html>

        HTML;
}

/** The front page, with the button. */
function showHome(?string $returnTo): void
{
    $wish = $returnTo === null ? '' : '<input type="hidden" name="return_to" value="' . text($returnTo) . '">';
    show('Reading Room', <<<HTML
        <h1>Reading Room</h1>
        <p>Sign in with the account that your school gave you.</p>
        <form action="/login" method="post">{$wish}<button>Log in with Clever</button></form>
        HTML);
}

/**
 * Who is signed in.
 *
 * @param array<string, string> $person
 */
function showPerson(array $person): void
{
    $person = array_map(text(...), $person);
    show('Reading Room', <<<HTML
        <h1>Hello, {$person['name']}</h1>
        <dl>
          <dt>Signed in as</dt><dd>{$person['name']}</dd>
          <dt>Role</dt><dd>{$person['user_type']}</dd>
          <dt>District</dt><dd>{$person['district_id']}</dd>
          <dt>Clever id</dt><dd>{$person['id']}</dd>
          <dt>Proven by</dt><dd>{$person['proven_by']}</dd>
        </dl>
        <form action="/logout" method="post"><button>Not you? Log out</button></form>
        HTML);
}

/** What went wrong, in words for people, a code word for whoever helps them, and a way to try again. */
function showProblem(string $sentence, string $code, int $status): void
{
    $sentence = text($sentence);
    $code = text($code);
    show('Signing in did not work – Reading Room', <<<HTML
        <h1>Signing in did not work</h1>
        <p role="alert">{$sentence}</p>
        <form action="/login" method="post"><button>Log in with Clever</button></form>
        <p>If you ask somebody for help, tell them this word: <code>{$code}</code></p>
        HTML, $status);
}
