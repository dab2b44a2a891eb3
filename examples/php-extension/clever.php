<?php

/** The settings of this application, in one place: for its pages, and for the script that FPM preloads. */

declare(strict_types=1);

namespace ReadingRoom;

use CleverSso\Client;

/** The value of an environment variable; null when it is not set or empty. */
function setting(string $name): ?string
{
    return getenv($name) ?: null;
}

/** The client, one for each request: what is expensive below it the extension makes once per process. */
function clever(): Client
{
    static $client = null;
    sessionSeconds(); // a wrong setting is found at once, not by the first person who signs in
    return $client ??= new Client(
        clientId: (string) setting('CLEVER_CLIENT_ID'),
        clientSecret: setting('CLEVER_CLIENT_SECRET'),
        redirectUri: setting('CLEVER_REDIRECT_URI'),
        baseUrl: setting('CLEVER_BASE_URL'),
        keyCache: setting('CLEVER_KEY_CACHE'),
    );
}

/** How long a session lasts after the sign-in, in seconds; it also ends with the browser. */
function sessionSeconds(): int
{
    $text = setting('CLEVER_SESSION_SECONDS') ?? '43200';
    $seconds = filter_var($text, FILTER_VALIDATE_INT, ['options' => ['min_range' => 1]]);
    if ($seconds === false) {
        throw new \UnexpectedValueException("CLEVER_SESSION_SECONDS must be a whole number above 0, found '{$text}'");
    }
    return $seconds;
}

/** Whether browsers reach this application by https. */
function isHttps(): bool
{
    return str_starts_with((string) setting('CLEVER_REDIRECT_URI'), 'https:');
}

/** The path of the callback, as browsers see it. */
function callbackPath(): string
{
    return parse_url((string) setting('CLEVER_REDIRECT_URI'), PHP_URL_PATH) ?: '/callback';
}

/** The path of one of our pages. They are beside the callback, also where a proxy adds a prefix. */
function address(string $page): string
{
    return substr(callbackPath(), 0, (int) strrpos(callbackPath(), '/') + 1) . $page;
}

/** Which page a path is: `address` turned around. A proxy may have taken the prefix away. */
function pageOf(string $path): string
{
    return substr($path, str_starts_with($path, address('')) ? strlen(address('')) : 1);
}
