<?php

/** The pages. All text from outside goes through `text`. */

declare(strict_types=1);

namespace ReadingRoom;

use CleverSso\Problem;
use CleverSso\Web;

/** Escapes a text for HTML: nothing in it can become a tag or end an attribute. */
function text(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5, 'UTF-8');
}

/** Sends a page that no cache and no other site may see: it names a person, or its URL contains a code. */
function show(string $title, string $content): void
{
    header('Content-Type: text/html; charset=utf-8');
    header('Cache-Control: no-store');
    header('Referrer-Policy: same-origin'); // the logout form must send its origin
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
          a.button, button { display: block; box-sizing: border-box; width: 100%; padding: .8rem 1rem; border: 1px solid;
            border-radius: .5rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; }
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

/** The login links: as the person who is signed in at Clever, or as another person. */
function loginLinks(string $login, string $switch): string
{
    [$login, $switch] = [text($login), text($switch)];
    return <<<HTML
        <p><a class="button" href="{$login}">Log in with Clever</a></p>
        <p>Did someone else use this device? <a href="{$switch}">Log in as another person</a></p>
        HTML;
}

/** The front page, with the button. */
function showHome(Web $web): void
{
    $wish = is_string($_GET['return_to'] ?? null) ? $_GET['return_to'] : null;
    $links = loginLinks($web->loginUrl($wish), $web->loginUrl($wish, switchUser: true));
    show('Reading Room', <<<HTML
        <h1>Reading Room</h1>
        <p>Sign in with the account that your school gave you.</p>
        {$links}
        HTML);
}

/**
 * The page that shows who is signed in.
 *
 * @param array<string, string> $person
 */
function showPerson(Web $web, array $person): void
{
    $person = array_map(text(...), $person);
    [$switch, $logout] = [text($web->loginUrl(switchUser: true)), text($web->logoutUrl())];
    show('Reading Room', <<<HTML
        <h1>Hello, {$person['name']}</h1>
        <dl>
          <dt>Signed in as</dt><dd>{$person['name']}</dd>
          <dt>Role</dt><dd>{$person['user_type']}</dd>
          <dt>District</dt><dd>{$person['district_id']}</dd>
          <dt>Clever id</dt><dd>{$person['id']}</dd>
          <dt>Proven by</dt><dd>{$person['proven_by']}</dd>
        </dl>
        <p>Not you? <a href="{$switch}">Log in as another person</a></p>
        <form action="{$logout}" method="post"><button>Log out</button></form>
        HTML);
}

/** The error page: a sentence for the person, an error code for support, and a link to try again. */
function showProblem(Problem $problem): void
{
    [$sentence, $code] = [text($problem->sentence), text($problem->code)];
    $links = loginLinks($problem->loginUrl, $problem->switchUserUrl);
    if ($problem->homeUrl !== '') {
        // The person is already signed in, but may not open the page.
        $links = '<p><a href="' . text($problem->homeUrl) . '">Go to the start page</a></p>' . $links;
    }
    show('Signing in did not work – Reading Room', <<<HTML
        <h1>Signing in did not work</h1>
        <p role="alert">{$sentence}</p>
        {$links}
        <p>Need help? Show this code to someone at your school: <code>{$code}</code></p>
        HTML);
}

/** The page for an unknown path. */
function showNothing(): void
{
    http_response_code(404);
    show('Reading Room', '<h1>There is no such page</h1>');
}
