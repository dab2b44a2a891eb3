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

/** The client. An object costs nothing: what is expensive below it is made once per process. */
function clever(): Client
{
    return new Client(
        clientId: (string) setting('CLEVER_CLIENT_ID'),
        clientSecret: setting('CLEVER_CLIENT_SECRET'),
        redirectUri: setting('CLEVER_REDIRECT_URI'),
        baseUrl: setting('CLEVER_BASE_URL'),
        keyCache: setting('CLEVER_KEY_CACHE'),
    );
}
