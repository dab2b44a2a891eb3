<?php

/* Log in with Clever. Unknown names are refused when the application starts; `php artisan clever:doctor` checks the rest. */

return [
    // From Clever's dashboard.
    'client_id' => env('CLEVER_CLIENT_ID'),
    'client_secret' => env('CLEVER_CLIENT_SECRET'),

    // The public address of the callback, as it is registered with Clever: https://app.example/clever/callback
    'redirect_uri' => env('CLEVER_REDIRECT_URI'),

    // Only with a local emulator.
    'base_url' => env('CLEVER_BASE_URL'),

    // Whether the package adds the routes clever.login, clever.callback and clever.logout. False: you define them
    // yourself, for Socialite.
    'routes' => true,

    // The path prefix of login, callback and logout.
    'path' => 'clever',
    'middleware' => ['web'],

    // The class that finds or creates your user: a CleverSso\Laravel\UserMapper. Without it, people are CleverUser
    // objects.
    'users' => null,

    // The guard that signs people in. Null: `clever` if you use neither `users` nor Socialite, otherwise the default
    // guard.
    'guard' => null,

    // Where people go after a login without a page to return to, and after a logout.
    'home' => '/',
    'after_logout' => '/',

    // How long a sign-in lasts at most, in seconds.
    'session_seconds' => 43200,

    // Clever's id of the district: skips the school picker.
    'district_id' => env('CLEVER_DISTRICT_ID'),

    // Whether to show a waiting page while a login finishes.
    'waiting_page' => false,

    // The log channel. Null: the default one.
    'log_channel' => null,

    // More arguments of CleverSso\Client, by their names: ['keyCache' => storage_path('clever-keys'), 'timeout' => 5.0]
    'client' => [],
];
